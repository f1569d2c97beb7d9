/**
 * Connections that end with the rule, group, member or port that had let them through.
 * Source: neutron/agent/linux/iptables_firewall.py _remove_conntrack_entries_from_sg_updates, _update_ipset_members,
 * _remove_conntrack_entries_from_port_deleted.
 */
import type { Command } from "../../../host/command/command.ts";
import { namespaceOf, ROOT } from "../../../host/edit.ts";
import { familyOf } from "../../../net/address.ts";
import type { PortView, SecurityGroupView, SecurityRuleView } from "../../view.ts";
import { type Changes, changesOf, type Filtered } from "../changed.ts";
import { endOf } from "../connection-commands.ts";
import { firewalledPorts } from "../devices.ts";
import { familyOfType, type Groups, groupsOf, memberGroup, rulesOf } from "../group-rules.ts";
import type { Plugging } from "./names.ts";
import { installedZones, type Zones } from "./zones.ts";

export function endedConnections(plugging: Plugging, before: Filtered, after: Filtered): Command[] {
  const changes = changesOf(before, after);
  if (changes.ports.length + changes.groups.length === 0) return [];
  const zones = new ZonesOf(plugging, before);
  const { filtered } = firewalledPorts(after.ports);
  return [
    ...ofPorts(changes.ports, zones),
    ...changes.groups.flatMap((group) => ofRules(group, filtered, zones)),
    ...changes.groups.flatMap((group) => ofMembers(group, filtered, after.view.securityGroups, zones)),
  ];
}

/** Read from the rules when a command needs one. A port that has just come has none, and no connections. */
class ZonesOf {
  private readonly plugging: Plugging;
  private readonly before: Filtered;
  private zones: Zones | undefined;

  constructor(plugging: Plugging, before: Filtered) {
    this.plugging = plugging;
    this.before = before;
  }

  of(port: PortView): number | undefined {
    if (!this.zones) {
      const { view, host, ports } = this.before;
      const { iptables, ip6tables } = namespaceOf(host, ROOT);
      const { filtered } = firewalledPorts(ports);
      this.zones = installedZones(this.plugging, view.settings, filtered, [iptables, ip6tables]);
    }
    return this.zones.get(port.id);
  }
}

function inZone(port: PortView, zones: ZonesOf, which?: Parameters<typeof endOf>[2]): Command[] {
  const zone = zones.of(port);
  return zone === undefined ? [] : endOf(port, zone, which);
}

/** Ports that went, or left a group. */
function ofPorts(ports: Changes["ports"], zones: ZonesOf): Command[] {
  return ports.flatMap(({ was, now }) => {
    if (!now) return inZone(was, zones);
    return was.securityGroups.some((id) => !now.securityGroups.includes(id)) ? inZone(now, zones) : [];
  });
}

type Group = Changes["groups"][number];

function ofRules({ was, now }: Group, filtered: readonly PortView[], zones: ZonesOf): Command[] {
  if (was.rules === now.rules) return [];
  const left = new Set(rulesOf(now).map(withoutId));
  const gone = rulesOf(was).filter((rule) => !left.has(withoutId(rule)));
  if (gone.length === 0) return [];
  const ports = filtered.filter((port) => port.securityGroups.includes(now.id));
  return gone.flatMap(({ direction, ethertype, protocol }) =>
    ports.flatMap((port) =>
      inZone(port, zones, {
        directions: [direction],
        families: [familyOfType(ethertype)],
        ...(protocol === null ? {} : { proto: protocol }),
      }),
    ),
  );
}

function withoutId(rule: SecurityRuleView): string {
  return JSON.stringify({ ...rule, id: "" });
}

/** Ports whose rules name the group, and the members that it lost. */
function ofMembers({ was, now }: Group, filtered: readonly PortView[], groups: Groups, zones: ZonesOf): Command[] {
  const gone = lostMembers(was, now);
  if (gone.length === 0) return [];
  const ports = filtered.filter((port) =>
    groupsOf(port, groups).some((group) => group.rules.some((rule) => memberGroup(rule) === now.id)),
  );
  return ports.flatMap((port) =>
    gone.flatMap((remote) => inZone(port, zones, { families: [familyOf(remote)], remote })),
  );
}

function lostMembers(was: SecurityGroupView, now: SecurityGroupView): string[] {
  if (was.members === now.members) return [];
  const left = new Set(now.members.map((one) => one.address));
  const gone = was.members.filter((one) => !left.has(one.address)).map((one) => one.address.split("/")[0] ?? "");
  return [...new Set(gone)];
}
