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
import { joinedRules, ownTables } from "./tables.ts";
import { installedZones, rememberZones, zonesOf } from "./zones.ts";

interface Done {
  readonly ports: readonly PortView[];
  readonly parts: Partial<Namespace>;
}

/** What a view's plan was, so that looking again costs nothing. */
const done = new WeakMap<HostView, Done>();

function isAsDone(root: Namespace, { parts }: Done): boolean {
  return root.iptables === parts.iptables && root.ip6tables === parts.ip6tables && root.ipsets === parts.ipsets;
}

/** @param ports the view's, as far as they are plugged */
export function planIptables(
  plugging: Plugging,
  view: HostView,
  ports: readonly PortView[],
  host: HostState,
): HostState {
  const root = namespaceOf(host, ROOT);
  const last = done.get(view);
  if (last?.ports === ports && isAsDone(root, last)) return host;
  const devices = firewalledPorts(ports);
  const installed = installedZones(plugging, view.settings, devices.filtered, [root.iptables, root.ip6tables]);
  const zones = zonesOf(plugging, devices.filtered, installed);
  const rules = devices.filtered.map((port) => portRules(plugging, port, view.securityGroups, zones.get(port.id) ?? 0));
  const joined = joinedRules(plugging, rules);
  const withTables = (family: 4 | 6, ruleset: IptablesRuleset | undefined) => {
    const passed = passedRules(plugging, devices, ruleset);
    return withOwnTables(family, ruleset, ownTables(plugging, family, rules, joined, passed), `${plugging.wrap}-`);
  };
  const parts = {
    iptables: withTables(4, root.iptables),
    ip6tables: withTables(6, root.ip6tables),
    ipsets: withGroupSets(root.ipsets, devices.filtered, view.securityGroups),
  };
  done.set(view, { ports, parts });
  rememberZones(plugging, view.settings, parts.iptables, zones);
  const same = root.iptables === parts.iptables && root.ip6tables === parts.ip6tables && root.ipsets === parts.ipsets;
  return same ? host : editNamespace(host, ROOT, parts);
}
