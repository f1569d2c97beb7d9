/** The iptables firewall of a host: what its agent's chains, zones and sets are for the ports that are plugged. */
import { editNamespace, namespaceOf, ROOT } from "../../../host/edit.ts";
import type { HostState, Namespace } from "../../../host/state.ts";
import type { IptablesRuleset } from "../../../net/iptables/ast.ts";
import type { HostView, PortView } from "../../view.ts";
import { firewalledPorts } from "../devices.ts";
import { withGroupSets } from "./ipsets.ts";
import type { Plugging } from "./names.ts";
import { passedRules } from "./passed.ts";
import { portRules } from "./port-rules.ts";
import { withOwnTables } from "./ruleset.ts";
import { ownTables } from "./tables.ts";
import { zonesOf } from "./zones.ts";

/** @param ports the view's, as far as they are plugged */
export function planIptables(
  plugging: Plugging,
  view: HostView,
  ports: readonly PortView[],
  host: HostState,
): HostState {
  const root = namespaceOf(host, ROOT);
  const devices = firewalledPorts(ports);
  const zones = zonesOf(plugging, devices.filtered, [root.iptables, root.ip6tables]);
  const rules = devices.filtered.map((port) => portRules(plugging, port, view.securityGroups, zones.get(port.id) ?? 0));
  const tables = (family: 4 | 6, ruleset: IptablesRuleset | undefined) =>
    ownTables(plugging, family, rules, passedRules(plugging, devices, ruleset));
  const parts: Partial<Namespace> = {
    iptables: withOwnTables(4, root.iptables, tables(4, root.iptables), `${plugging.wrap}-`),
    ip6tables: withOwnTables(6, root.ip6tables, tables(6, root.ip6tables), `${plugging.wrap}-`),
    ipsets: withGroupSets(root.ipsets, devices.filtered, view.securityGroups),
  };
  const same = root.iptables === parts.iptables && root.ip6tables === parts.ip6tables && root.ipsets === parts.ipsets;
  return same ? host : editNamespace(host, ROOT, parts);
}
