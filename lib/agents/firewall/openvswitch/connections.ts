/**
 * Connections that flows marked, because no rule lets them through any more: the agent deletes them each time when it sets
 * up a port's filter. Source: neutron/agent/linux/openvswitch_firewall/firewall.py _delete_invalid_conntrack_entries_for_port.
 */
import type { Command } from "../../../host/command/command.ts";
import type { PortView } from "../../view.ts";
import { changesOf, type Filtered } from "../changed.ts";
import { endOf } from "../connection-commands.ts";
import { firewalledPorts } from "../devices.ts";
import { groupsOf } from "../group-rules.ts";
import { integrationBridge } from "../plugged.ts";
import { ofPorts } from "./port.ts";

/** ovsfw_consts.CT_MARK_INVALID */
const INVALID = 1;

export function markedConnections(before: Filtered, after: Filtered): Command[] {
  const updated = updatedPorts(before, after);
  const bridge = integrationBridge(after.host);
  if (updated.length === 0 || !bridge) return [];
  return ofPorts(bridge, updated).flatMap(({ view, vlan }) => endOf(view, vlan, { mark: INVALID }));
}

/** Those that are new or not as they were, and those whose groups, or groups that their rules name, changed. */
function updatedPorts(before: Filtered, after: Filtered): PortView[] {
  if (before.ports === after.ports && before.view.securityGroups === after.view.securityGroups) return [];
  const known = new Set(before.ports);
  const changed = new Set(changesOf(before, after).groups.map((one) => one.now.id));
  return firewalledPorts(after.ports).filtered.filter(
    (port) => !known.has(port) || (changed.size > 0 && isConcerned(port, after, changed)),
  );
}

function isConcerned(port: PortView, { view }: Filtered, changed: ReadonlySet<string>): boolean {
  return groupsOf(port, view.securityGroups).some(
    (group) =>
      changed.has(group.id) ||
      group.rules.some((rule) => rule.remoteGroupId !== null && changed.has(rule.remoteGroupId)),
  );
}
