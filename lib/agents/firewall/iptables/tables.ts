/**
 * The tables of a host with these ports. The rules of ports stand in the order of the ports' ids.
 * Source: neutron/agent/linux/iptables_manager.py (chains that are always there), iptables_firewall.py.
 */
import type { IptablesChain, IptablesRule } from "../../../net/iptables/ast.ts";
import { comment } from "./comments.ts";
import type { Plugging } from "./names.ts";
import { chain } from "./port-chains.ts";
import type { PortRules } from "./port-rules.ts";
import { rule } from "./rule.ts";
import type { OwnTable } from "./ruleset.ts";

const TOP = "neutron-filter-top";

interface Fixed {
  readonly filter: ReadonlyMap<string, readonly IptablesRule[]>;
  readonly raw: ReadonlyMap<string, readonly IptablesRule[]>;
  /** Chains that do not depend on ports. */
  readonly chains: readonly IptablesChain[];
  readonly rawChains: readonly IptablesChain[];
  readonly accept: IptablesRule;
}

const fixed = new WeakMap<Plugging, Fixed>();

function fixedParts(plugging: Plugging): Fixed {
  const { wrap } = plugging;
  let parts = fixed.get(plugging);
  if (!parts) {
    const jumps = (name: string, ...to: string[]) => [name, to.map((one) => rule(name, `-j ${one}`))] as const;
    parts = {
      filter: new Map([
        jumps("INPUT", `${wrap}-INPUT`),
        jumps("FORWARD", TOP, `${wrap}-FORWARD`),
        jumps("OUTPUT", TOP, `${wrap}-OUTPUT`),
        jumps(TOP, `${wrap}-local`),
      ]),
      raw: new Map([jumps("PREROUTING", `${wrap}-PREROUTING`), jumps("OUTPUT", `${wrap}-OUTPUT`)]),
      chains: [
        chain(`${wrap}-OUTPUT`, []),
        chain(`${wrap}-local`, []),
        chain(`${wrap}-sg-fallback`, [`${comment("unmatchedDrop")} -j DROP`]),
      ],
      rawChains: [chain(`${wrap}-OUTPUT`, [])],
      accept: rule(`${wrap}-sg-chain`, "-j ACCEPT"),
    };
    fixed.set(plugging, parts);
  }
  return parts;
}

/** Rules of ports that are let through: in FORWARD after those of filtered ports, and those of INPUT. */
export interface PassedRules {
  readonly forward: readonly IptablesRule[];
  readonly input: readonly IptablesRule[];
}

export function ownTables(
  plugging: Plugging,
  family: 4 | 6,
  ports: readonly PortRules[],
  passed: PassedRules,
): [OwnTable, OwnTable] {
  const { wrap } = plugging;
  const parts = fixedParts(plugging);
  const joined = (name: string, rules: IptablesRule[]): IptablesChain => ({ ...chain(name, []), rules });
  return [
    {
      name: "raw",
      builtIn: ["PREROUTING", "OUTPUT"],
      shared: parts.raw,
      chains: [
        ...parts.rawChains,
        joined(
          `${wrap}-PREROUTING`,
          ports.flatMap((one) => one.zone),
        ),
      ],
    },
    {
      name: "filter",
      builtIn: ["INPUT", "FORWARD", "OUTPUT"],
      shared: parts.filter,
      chains: [
        ...parts.chains,
        ...ports.flatMap((one) => one.chains[family]),
        joined(`${wrap}-FORWARD`, [...ports.flatMap((one) => one.forward), ...passed.forward]),
        joined(`${wrap}-INPUT`, [...ports.flatMap((one) => one.input), ...passed.input]),
        joined(`${wrap}-sg-chain`, [...ports.flatMap((one) => one.dispatch), parts.accept]),
      ],
    },
  ];
}
