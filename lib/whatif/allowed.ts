/** What a trace would come to if security groups allowed it: the rule as its agents would put it on copies of the hosts. */

import type { TraceQuery } from "../api/http.ts";
import type { CloudApi, NeutronPort, NeutronSecurityGroupRule } from "../api/neutron.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { type End, EndError } from "../explain/end.ts";
import { probeOf } from "../explain/trace.ts";
import { familyOf } from "../net/address.ts";

export type Rule = NeutronSecurityGroupRule;

/**
 * Rules that may let it through, few first: into the one end, out of the other, both.
 * @param seen the cloud as whoever asks sees it
 * @param may whether he may change the group
 */
export function rulesFor(seen: CollectedCloud, query: TraceQuery, may: (groupId: string) => boolean): Rule[][] {
  const ends = endsOf(seen, query);
  if (!ends) return [];
  const { from, to, source, target } = ends;
  const into = to && source ? rule(to, "ingress", source, query) : undefined;
  const out = from ? rule(from, "egress", target, query) : undefined;
  const each = [into, out].filter((one) => one !== undefined && may(one.security_group_id)) as Rule[];
  return [...each.map((one) => [one]), ...(each.length > 1 ? [each] : [])];
}

/** The two ends of a question, as ports; undefined where one is none. */
export function endsOf(seen: CollectedCloud, query: TraceQuery) {
  try {
    const { probe, from, to } = probeOf(seen, query);
    const target = probe.to;
    if (target === undefined) return undefined;
    const family = familyOf(target);
    const addresses = from.guest?.fixedIps.map((ip) => ip.address) ?? from.addresses;
    const source = probe.source ?? addresses.find((address) => familyOf(address) === family);
    return { from: portOf(seen.api, from), to: to && portOf(seen.api, to, target), source, target };
  } catch (error) {
    if (error instanceof EndError) return undefined;
    throw error;
  }
}

/** Of a floating IP, the port behind it. */
function portOf(api: CloudApi, end: End, address?: string): NeutronPort | undefined {
  const floating = api.floatingIps.find((one) => one.floating_ip_address === address)?.port_id;
  const id = end.guest?.portId ?? end.port?.id ?? floating;
  return api.ports.find((port) => port.id === id);
}

function rule(port: NeutronPort, direction: Rule["direction"], remote: string, query: TraceQuery): Rule | undefined {
  const [group] = port.security_groups;
  if (group === undefined || query.proto === "dhcp") return undefined;
  const six = familyOf(remote) === 6;
  const number = query.proto === "icmp" ? null : (query.dport ?? null);
  return {
    id: "00000000-0000-4000-8000-000000000000",
    security_group_id: group,
    direction,
    ethertype: six ? "IPv6" : "IPv4",
    protocol: query.proto === "icmp" && six ? "ipv6-icmp" : query.proto,
    port_range_min: number,
    port_range_max: number,
    remote_ip_prefix: `${remote}/${six ? 128 : 32}`,
    remote_group_id: null,
  };
}

/** As its command line takes it. */
export function ruleCommand(api: CloudApi, one: Rule): string {
  const group = api.securityGroups.find((candidate) => candidate.id === one.security_group_id);
  const alone = group?.name && api.securityGroups.filter((other) => other.name === group.name).length === 1;
  const name = alone && /^[\w.-]+$/.test(group.name) ? group.name : one.security_group_id;
  return [
    "openstack security group rule create",
    `--${one.direction}`,
    ...(one.ethertype === "IPv6" ? ["--ethertype IPv6"] : []),
    `--protocol ${one.protocol}`,
    ...(one.port_range_min === null ? [] : [`--dst-port ${one.port_range_min}`]),
    `--remote-ip ${one.remote_ip_prefix}`,
    name,
  ].join(" ");
}

export function apiWith(api: CloudApi, rules: readonly Rule[]): CloudApi {
  return {
    ...api,
    securityGroups: api.securityGroups.map((group) => {
      const more = rules.filter((one) => one.security_group_id === group.id);
      return more.length === 0 ? group : { ...group, security_group_rules: [...group.security_group_rules, ...more] };
    }),
  };
}

/** Hosts of the guests that are in the rules' groups. */
export function hostsOf({ api, world }: CollectedCloud, rules: readonly Rule[]): ReadonlySet<string> {
  const groups = new Set(rules.map((one) => one.security_group_id));
  const members = new Set(
    api.ports.filter((port) => port.security_groups.some((id) => groups.has(id))).map((port) => port.id),
  );
  return new Set(world.guests.filter((guest) => members.has(guest.portId)).map((guest) => guest.host));
}
