/**
 * Differences that only tell in which order things came: a host that was built at once, and one that grew, do the same.
 * - Of several routers' interfaces on a network, what came last has the flows to guests, and from other hosts.
 * - A port that is dead keeps the flows of its better days: nothing passes it.
 * - The native firewall keeps addresses of remote groups for local VLANs where no port's rules name the group any more.
 * - l2population replaces the flood of a new network, which goes into all tunnels, once another host has a port in it.
 */
import type { HostState, OvsPort } from "../../host/state.ts";
import { DEAD_VLAN, INTEGRATION, TUNNEL } from "../../net/neutron-tables.ts";
import type { Difference } from "../compare.ts";
import type { Entry } from "./entry.ts";

export function withoutHistory(
  differences: readonly Difference[],
  should: Iterable<Entry>,
  actual: HostState,
  desired: HostState,
): readonly Difference[] {
  if (!differences.some(({ part }) => part === "flow")) return differences;
  const stillDead = new Set(deadPorts(desired));
  const dead = deadPorts(actual).filter((name) => stillDead.has(name));
  const routers = routerPorts(actual);
  const clauses = new Set([...should].flatMap((one) => clausesIn(one.name, one.value)));
  return differences.filter(
    (one) =>
      one.part !== "flow" ||
      !(
        isOfDead(one, dead) ||
        (dead.length > 0 && isOfFiltered(one)) ||
        isOtherRouter(one, routers) ||
        isLeftBehind(one, clauses)
      ),
  );
}

function portsOf(host: HostState): readonly OvsPort[] {
  return host.ovs?.bridges.find(({ name }) => name === "br-int")?.ports ?? [];
}

/** What names them in flows: their devices and MACs. */
function deadPorts(host: HostState): string[] {
  const dead = portsOf(host).filter(({ tag }) => tag === DEAD_VLAN);
  return dead.flatMap(({ name, interfaces: [one] }) => [`<${name}>`, one?.externalIds["attached-mac"] ?? name]);
}

/** All but what drops its frames. */
function isOfDead({ name, actual = "", desired = "" }: Difference, dead: readonly string[]): boolean {
  const text = `${name} ${actual} ${desired}`;
  return actual !== "drop" && desired !== "drop" && dead.some((one) => text.includes(one));
}

/** What drops packets that conntrack cannot place comes with the first port that is filtered, which may be dead by now. */
function isOfFiltered({ kind, place, name }: Difference): boolean {
  return kind === "unexpected" && RULES.has(place.table ?? "") && name === "priority=50,ct_state=+inv+trk";
}

const RULES: ReadonlySet<string> = new Set(
  [INTEGRATION.RULES_INGRESS_TABLE, INTEGRATION.RULES_EGRESS_TABLE].map(String),
);

/** Network → what flows name of the routers' interfaces on it. */
function routerPorts(host: HostState): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const {
    name,
    interfaces: [one],
    otherConfig: { net_uuid: network },
  } of portsOf(host)) {
    const mac = one?.externalIds["attached-mac"];
    if (!name.startsWith("qr-") || network === undefined || mac === undefined) continue;
    found.set(network, [...(found.get(network) ?? []), mac, `<${name}>`]);
  }
  return found;
}

const BY_ROUTER: ReadonlySet<string> = new Set(
  [INTEGRATION.DVR_TO_SRC_MAC, INTEGRATION.ARP_DVR_MAC_TO_DST_MAC].map(String),
);

function isOtherRouter({ kind, place, name, actual, desired }: Difference, routers: Map<string, string[]>): boolean {
  const replies = /^priority=99,arp,arp_op=2,arp_tha=([0-9a-f:]+),/.exec(name)?.[1];
  if (replies !== undefined) return [...routers.values()].some((known) => known.length > 2 && known.includes(replies));
  if (kind !== "different" || !BY_ROUTER.has(place.table ?? "")) return false;
  const network = /<vlan of ([^>]+)>/.exec(name)?.[1];
  const known = routers.get(network ?? "") ?? [];
  const plain = (text = "") => known.reduce((rest, one) => rest.replace(one, "<router>"), text);
  return plain(actual) === plain(desired);
}

/** First clauses of conjunctions, with the local VLAN that they are for. */
function clausesIn(name: string, value: string): string[] {
  const vlan = /\breg6=(<[^>]+>|\d+)/.exec(name)?.[1];
  return [...value.matchAll(/conjunction\(([^,]+),1\/2\)/g)].map(([, number]) => `${number} ${vlan}`);
}

function isLeftBehind({ kind, place, name, actual = "" }: Difference, wanted: ReadonlySet<string>): boolean {
  if (kind !== "unexpected") return false;
  if (place.bridge === "br-tun") return place.table === String(TUNNEL.FLOOD_TO_TUN) && name.startsWith("priority=1,");
  const clauses = clausesIn(name, actual);
  return clauses.length > 0 && !clauses.some((one) => wanted.has(one));
}
