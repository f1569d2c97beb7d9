/**
 * A zone of conntrack for each guest, so that equal addresses on two networks stay apart. The rules of the raw table are
 * where an agent finds them again. Source: neutron/agent/linux/ip_conntrack.py.
 */
import type { IptablesRule, IptablesRuleset } from "../../../net/iptables/ast.ts";
import type { PortView } from "../../view.ts";
import { type Plugging, tapName } from "./names.ts";

const ZONE_START = 4097;

/** Zone of each port by its id: those of the host's rules, and the lowest free ones for the others. */
export function zonesOf(
  plugging: Plugging,
  ports: readonly PortView[],
  rulesets: readonly (IptablesRuleset | undefined)[],
): Map<string, number> {
  const found = readZones(plugging, rulesets);
  const byKey = new Map<string, number>();
  for (const port of ports) {
    const zone = found.get(deviceOf(plugging, port));
    if (zone !== undefined) byKey.set(keyOf(plugging, port), zone);
  }
  const taken = new Set(byKey.values());
  let next = ZONE_START;
  const zones = new Map<string, number>();
  for (const port of ports) {
    const key = keyOf(plugging, port);
    let zone = byKey.get(key);
    if (zone === undefined) {
      while (taken.has(next)) next++;
      zone = next++;
      byKey.set(key, zone);
    }
    zones.set(port.id, zone);
  }
  return zones;
}

function keyOf(plugging: Plugging, port: PortView): string {
  return plugging.zonePer === "port" ? port.id : port.networkId;
}

/** The device whose rule has the zone: with a bridge for each network, that bridge. */
function deviceOf(plugging: Plugging, port: PortView): string {
  return plugging.zonePer === "port" ? tapName(port.id) : plugging.bridge(port);
}

function readZones(plugging: Plugging, rulesets: readonly (IptablesRuleset | undefined)[]): Map<string, number> {
  const zones = new Map<string, number>();
  let last: IptablesRule[] | undefined;
  for (const ruleset of rulesets) {
    const raw = ruleset?.tables.find((table) => table.name === "raw");
    const rules = raw?.chains.find((one) => one.name === `${plugging.wrap}-PREROUTING`)?.rules ?? [];
    // Both families mostly have the same rules.
    if (last?.length === rules.length && rules.every((one, i) => one === last?.[i])) continue;
    last = rules;
    for (const { matches, target } of rules) {
      const [first] = matches;
      if (first?.kind !== "physdev" || !first.in || target.kind !== "CT" || !target.zone) continue;
      if (!zones.has(first.in.value)) zones.set(first.in.value, Number(target.zone.value));
    }
  }
  return zones;
}
