/**
 * A zone of conntrack for each guest, so that equal addresses on two networks stay apart. The rules of the raw table are
 * where an agent finds them again. Source: neutron/agent/linux/ip_conntrack.py.
 */
import { alikeFromStart } from "../../../host/alike.ts";
import type { IptablesRule, IptablesRuleset } from "../../../net/iptables/ast.ts";
import type { HostSettings, PortView } from "../../view.ts";
import { type Plugging, tapName } from "./names.ts";

const ZONE_START = 4097;

/** Zone of each port by its id. */
export type Zones = ReadonlyMap<string, number>;

/** The zones of these ports: those that they have, and the lowest free ones for the others. */
export function zonesOf(plugging: Plugging, ports: readonly PortView[], known: Zones): Zones {
  const zones = new Map<string, number>();
  // Keys are the ports themselves, or their networks.
  const byKey = plugging.zonePer === "port" ? zones : new Map<string, number>();
  const taken = new Set<number>();
  for (const port of ports) {
    const zone = known.get(port.id);
    if (zone === undefined) continue;
    byKey.set(keyOf(plugging, port), zone);
    taken.add(zone);
  }
  if (byKey === zones && zones.size === ports.length) return zones;
  let next = ZONE_START;
  for (const port of ports) {
    const key = keyOf(plugging, port);
    let zone = byKey.get(key);
    if (zone === undefined) {
      while (taken.has(next)) next++;
      zone = next++;
      byKey.set(key, zone);
    }
    if (byKey !== zones) zones.set(port.id, zone);
  }
  return zones;
}

function keyOf(plugging: Plugging, port: PortView): string {
  return plugging.zonePer === "port" ? port.id : port.networkId;
}

/** What a host's rules were found to say, for as long as they are the same rules. */
const read = new WeakMap<HostSettings, { readonly rules: readonly IptablesRule[]; readonly zones: Zones }>();

export function rememberZones(
  plugging: Plugging,
  settings: HostSettings,
  ruleset: IptablesRuleset,
  zones: Zones,
): void {
  read.set(settings, { rules: zoneRules(plugging, ruleset), zones });
}

/** @param rulesets of both families: what one has lost the other may still say */
export function installedZones(
  plugging: Plugging,
  settings: HostSettings,
  ports: readonly PortView[],
  rulesets: readonly (IptablesRuleset | undefined)[],
): Zones {
  const known = read.get(settings);
  if (known && sameRules(known.rules, zoneRules(plugging, rulesets[0]))) return known.zones;
  const byDevice = new Map<string, number>();
  for (const ruleset of rulesets)
    for (const { matches, target } of zoneRules(plugging, ruleset)) {
      const [first] = matches;
      if (first?.kind !== "physdev" || !first.in || target.kind !== "CT" || !target.zone) continue;
      if (!byDevice.has(first.in.value)) byDevice.set(first.in.value, Number(target.zone.value));
    }
  // With a bridge for each network the bridge's zone is what counts.
  const deviceOf = (port: PortView) => (plugging.zonePer === "port" ? tapName(port.id) : plugging.bridge(port));
  return new Map(
    ports.flatMap((port) => {
      const zone = byDevice.get(deviceOf(port));
      return zone === undefined ? [] : [[port.id, zone] as const];
    }),
  );
}

function zoneRules(plugging: Plugging, ruleset: IptablesRuleset | undefined): readonly IptablesRule[] {
  const raw = ruleset?.tables.find((table) => table.name === "raw");
  return raw?.chains.find((one) => one.name === `${plugging.wrap}-PREROUTING`)?.rules ?? [];
}

function sameRules(a: readonly IptablesRule[], b: readonly IptablesRule[]): boolean {
  return a.length === b.length && alikeFromStart(a, b, (one, other) => one.text === other.text) === a.length;
}
