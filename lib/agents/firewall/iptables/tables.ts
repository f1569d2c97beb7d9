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

/** Chains that all ports have rules in, the same for both families: only devices count there. */
interface JoinedRules {
  readonly zone: IptablesRule[];
  readonly forward: IptablesRule[];
  readonly input: IptablesRule[];
  readonly dispatch: IptablesRule[];
}

export function joinedRules(plugging: Plugging, ports: readonly PortRules[]): JoinedRules {
  const zone: IptablesRule[] = [];
  const forward: IptablesRule[] = [];
  const input: IptablesRule[] = [];
  const dispatch: IptablesRule[] = [];
  for (const one of ports) {
    zone.push(...one.zone);
    forward.push(...one.forward);
    input.push(...one.input);
    dispatch.push(...one.dispatch);
  }
  dispatch.push(fixedParts(plugging).accept);
  return { zone, forward, input, dispatch };
}

export function ownTables(
  plugging: Plugging,
  family: 4 | 6,
  ports: readonly PortRules[],
  all: JoinedRules,
  passed: PassedRules,
): [OwnTable, OwnTable] {
  const { wrap } = plugging;
  const parts = fixedParts(plugging);
  const joined = (name: string, rules: IptablesRule[], more: readonly IptablesRule[] = []): IptablesChain => ({
    ...{ name: `${wrap}-${name}`, packets: 0, bytes: 0 },
    rules: more.length === 0 ? rules : rules.concat(more),
  });
  // Names of ports' chains differ in their first letter, then as ids do: each kind is a stretch of its own.
  const incoming: IptablesChain[] = [];
  const outgoing: IptablesChain[] = [];
  const sources: IptablesChain[] = [];
  for (const one of ports) {
    const [i, o, s] = one.chains[family];
    if (i) incoming.push(i);
    if (o) outgoing.push(o);
    if (s) sources.push(s);
  }
  return [
    {
      name: "raw",
      builtIn: ["PREROUTING", "OUTPUT"],
      shared: parts.raw,
      chains: [parts.output, joined("PREROUTING", all.zone)],
    },
    {
      name: "filter",
      builtIn: ["INPUT", "FORWARD", "OUTPUT"],
      shared: parts.filter,
      chains: [
        joined("FORWARD", all.forward, passed.forward),
        joined("INPUT", all.input, passed.input),
        parts.output,
        ...incoming,
        parts.local,
        ...outgoing,
        ...sources,
        joined("sg-chain", all.dispatch),
        parts.fallback,
      ],
    },
  ];
}
