/**
 * The tables of a host with these ports. The rules of ports stand in the order of the ports' ids.
 * Source: neutron/agent/linux/iptables_manager.py (chains that are always there), iptables_firewall.py.
 */
import type { IptablesChain, IptablesRule } from "../../../net/iptables/ast.ts";
import { type Remade, remadeFlat } from "../../remade.ts";
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
  readonly output: IptablesChain;
  readonly local: IptablesChain;
  readonly fallback: IptablesChain;
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
      output: chain(`${wrap}-OUTPUT`, []),
      local: chain(`${wrap}-local`, []),
      fallback: chain(`${wrap}-sg-fallback`, [`${comment("unmatchedDrop")} -j DROP`]),
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

/** The rules of all ports, and their chains, each kind in one list. */
export interface AllRules {
  /** Chains that all ports have rules in, the same for both families: only devices count there. */
  readonly joined: Readonly<Record<Joined, Remade<PortRules, IptablesRule>>>;
  /** Names of ports' chains differ in their first letter, then as ids do: each kind is a stretch of its own. */
  readonly chains: Readonly<Record<4 | 6, readonly Remade<PortRules, IptablesChain>[]>>;
}

type Joined = "zone" | "forward" | "input" | "dispatch";

/** @param last of the plan before */
export function allRules(last: AllRules | undefined, ports: readonly PortRules[]): AllRules {
  const joined = (kind: Joined) => remadeFlat(last?.joined[kind], ports, (one) => one[kind]);
  const chains = (family: 4 | 6) =>
    [0, 1, 2].map((i) => remadeFlat(last?.chains[family][i], ports, (one) => one.chains[family].slice(i, i + 1)));
  return {
    joined: { zone: joined("zone"), forward: joined("forward"), input: joined("input"), dispatch: joined("dispatch") },
    chains: { 4: chains(4), 6: chains(6) },
  };
}

export function ownTables(
  plugging: Plugging,
  family: 4 | 6,
  rules: AllRules,
  passed: PassedRules,
): [OwnTable, OwnTable] {
  const { wrap } = plugging;
  const parts = fixedParts(plugging);
  const joined = (name: string, kind: Joined, more: readonly IptablesRule[] = []): IptablesChain => ({
    ...{ name: `${wrap}-${name}`, packets: 0, bytes: 0 },
    rules: rules.joined[kind].made.concat(more),
  });
  const [incoming = [], outgoing = [], sources = []] = rules.chains[family].map((one) => one.made);
  return [
    {
      name: "raw",
      builtIn: ["PREROUTING", "OUTPUT"],
      shared: parts.raw,
      chains: [parts.output, joined("PREROUTING", "zone")],
    },
    {
      name: "filter",
      builtIn: ["INPUT", "FORWARD", "OUTPUT"],
      shared: parts.filter,
      chains: [
        joined("FORWARD", "forward", passed.forward),
        joined("INPUT", "input", passed.input),
        parts.output,
        ...incoming,
        parts.local,
        ...outgoing,
        ...sources,
        joined("sg-chain", "dispatch", [parts.accept]),
        parts.fallback,
      ],
    },
  ];
}
