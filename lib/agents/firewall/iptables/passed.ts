/**
 * Rules of ports that are not filtered: Neutron's own are trusted, others have port security off. They stand in the order
 * in which the agent met them, which the host's chain tells: new ones come last.
 * Source: neutron/agent/linux/iptables_firewall.py process_trusted_ports, _update_port_sec_rules.
 */
import type { IptablesRule, IptablesRuleset } from "../../../net/iptables/ast.ts";
import type { PortView } from "../../view.ts";
import type { FirewalledPorts } from "../devices.ts";
import { COMMENT, comment } from "./comments.ts";
import { type Plugging, tapName } from "./names.ts";
import { rule } from "./rule.ts";
import type { PassedRules } from "./tables.ts";

const NONE: PassedRules = { forward: [], input: [] };

type Why = "trusted" | "unfiltered";

export function passedRules(
  plugging: Plugging,
  ports: FirewalledPorts,
  ruleset: IptablesRuleset | undefined,
): PassedRules {
  if (ports.trusted.length + ports.unfiltered.length === 0) return NONE;
  const order = devicesInOrder(plugging, ruleset);
  const sorted = (list: readonly PortView[]) =>
    [...list].sort((a, b) => (order.get(tapName(a.id)) ?? order.size) - (order.get(tapName(b.id)) ?? order.size));
  const unfiltered = sorted(ports.unfiltered);
  return {
    forward: [
      ...sorted(ports.trusted).flatMap((port) => bridgedRules(plugging, port, "trusted")),
      ...unfiltered.flatMap((port) => bridgedRules(plugging, port, "unfiltered")),
    ],
    input: unfiltered.map((port) => rule(`${plugging.wrap}-INPUT`, body("in", port, "unfiltered"))),
  };
}

const bridged = new WeakMap<PortView, Map<string, readonly IptablesRule[]>>();

function bridgedRules(plugging: Plugging, port: PortView, why: Why): readonly IptablesRule[] {
  const chain = `${plugging.wrap}-FORWARD`;
  const own = bridged.get(port) ?? new Map<string, readonly IptablesRule[]>();
  bridged.set(port, own);
  const rules = own.get(chain) ?? (["out", "in"] as const).map((way) => rule(chain, body(way, port, why)));
  own.set(chain, rules);
  return rules;
}

function body(way: "in" | "out", port: PortView, why: Why): string {
  return `-m physdev --physdev-${way} ${tapName(port.id)} --physdev-is-bridged ${comment(why)} -j ACCEPT`;
}

function devicesInOrder(plugging: Plugging, ruleset: IptablesRuleset | undefined): Map<string, number> {
  const chain = ruleset?.tables
    .find((table) => table.name === "filter")
    ?.chains.find((one) => one.name === `${plugging.wrap}-FORWARD`);
  const order = new Map<string, number>();
  for (const { matches, target } of chain?.rules ?? []) {
    if (target.kind !== "ACCEPT") continue;
    const remark = matches.find((one) => one.kind === "comment")?.comment?.value;
    const device = matches.find((one) => one.kind === "physdev")?.out?.value;
    if (device !== undefined && (remark === COMMENT.trusted || remark === COMMENT.unfiltered))
      order.set(device, order.size);
  }
  return order;
}
