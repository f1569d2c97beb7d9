/** The iptables firewall of a host: what its agent's chains, zones and sets are for the ports that are plugged. */
import { editNamespace, namespaceOf, ROOT } from "../../../host/edit.ts";
import type { HostState, Namespace } from "../../../host/state.ts";
import type { IptablesRuleset } from "../../../net/iptables/ast.ts";
import { type Remade, remade } from "../../remade.ts";
import type { HostSettings, HostView, PortView } from "../../view.ts";
import { firewalledPorts } from "../devices.ts";
import { sameRules } from "../group-rules.ts";
import { withGroupSets } from "./ipsets.ts";
import type { Plugging } from "./names.ts";
import { passedRules } from "./passed.ts";
import { type PortRules, portRules } from "./port-rules.ts";
import { type Tables, withOwnTables } from "./ruleset.ts";
import { type AllRules, allRules, ownTables } from "./tables.ts";
import { installedZones, rememberZones, type Zones, zonesOf } from "./zones.ts";

interface Done {
  readonly plugging: Plugging;
  readonly view: HostView;
  readonly ports: readonly PortView[];
  readonly zones: Zones;
  readonly rules: Remade<PortView, PortRules>;
  readonly all: AllRules;
  readonly parts: Pick<Namespace, "iptables" | "ip6tables" | "ipsets">;
  /** What was left of each table. */
  readonly tables: Tables;
}

/** What a host's last plan was: looking again costs nothing, and a port more little. */
const done = new WeakMap<HostSettings, Done>();

function isAsDone(root: Namespace, { parts }: Done): boolean {
  return root.iptables === parts.iptables && root.ip6tables === parts.ip6tables && root.ipsets === parts.ipsets;
}

/** Whether ports that are in both plans have the same rules. */
function isAlike(last: Done, plugging: Plugging, zones: Zones, { securityGroups }: HostView): boolean {
  // Zones that ports have they keep.
  return last.plugging === plugging && last.zones === zones && sameRules(last.view.securityGroups, securityGroups);
}

/** @param ports the view's, as far as they are plugged */
export function planIptables(
  plugging: Plugging,
  view: HostView,
  ports: readonly PortView[],
  host: HostState,
): HostState {
  const root = namespaceOf(host, ROOT);
  const last = done.get(view.settings);
  if (last?.view === view && last.ports === ports && last.plugging === plugging && isAsDone(root, last)) return host;
  const devices = firewalledPorts(ports);
  const installed = installedZones(plugging, view.settings, devices.filtered, [root.iptables, root.ip6tables]);
  const zones = zonesOf(plugging, devices.filtered, installed);
  const known = last && isAlike(last, plugging, installed, view) ? last.rules : undefined;
  const rules = remade(known, devices.filtered, (port) =>
    portRules(plugging, port, view.securityGroups, zones.get(port.id) ?? 0),
  );
  const all = allRules(last?.all, rules.made);
  const tables: Tables = new Map();
  const withTables = (family: 4 | 6, ruleset: IptablesRuleset | undefined) => {
    const passed = passedRules(plugging, devices, ruleset);
    const own = ownTables(plugging, family, all, passed);
    return withOwnTables(family, ruleset, own, { prefix: `${plugging.wrap}-`, last: last?.tables, tables });
  };
  const parts = {
    iptables: withTables(4, root.iptables),
    ip6tables: withTables(6, root.ip6tables),
    ipsets: withGroupSets(root.ipsets, devices.filtered, view.securityGroups),
  };
  const plan: Done = { plugging, view, ports, zones, rules, all, parts, tables };
  done.set(view.settings, plan);
  rememberZones(plugging, view.settings, parts.iptables, zones);
  return isAsDone(root, plan) ? host : editNamespace(host, ROOT, parts);
}
