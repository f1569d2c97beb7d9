/**
 * Where rules may stand: what iptables itself refuses (iptables/xshared.c, nft-shared.c), and what the
 * kernel refuses of targets and jumps (the `table` and `hooks` of net/netfilter/xt_*.c; nft_chain_validate).
 */
import type { IptablesRule, IptablesTarget } from "../../../net/iptables/ast.ts";
import { CommandError } from "../command.ts";
import type { TableName } from "./command.ts";
import type { DraftChains } from "./draft-chains.ts";

export const NAT_DROP = '\nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n';

/** Devices that a packet does not have there, by chain. */
const NO_DEVICE: Readonly<Record<string, readonly ["in-interface" | "out-interface", "-i" | "-o"] | undefined>> = {
  PREROUTING: ["out-interface", "-o"],
  INPUT: ["out-interface", "-o"],
  OUTPUT: ["in-interface", "-i"],
  POSTROUTING: ["in-interface", "-i"],
};

export function checkRule(table: TableName, chain: string, { matches, target }: IptablesRule): void {
  if (table === "nat" && target.kind === "DROP") throw new CommandError(NAT_DROP, 2);
  const not = NO_DEVICE[chain];
  if (not && matches.some(({ kind }) => kind === not[0]))
    throw new CommandError(`Can't use ${not[1]} with ${chain}\n`, 2);
}

/** Targets that stand in one table, or behind some built-in chains, alone. */
const PLACES: Readonly<Record<string, { table?: TableName; hooks?: readonly string[] } | undefined>> = {
  SNAT: { table: "nat", hooks: ["INPUT", "POSTROUTING"] },
  MASQUERADE: { table: "nat", hooks: ["POSTROUTING"] },
  DNAT: { table: "nat", hooks: ["PREROUTING", "OUTPUT"] },
  REDIRECT: { table: "nat", hooks: ["PREROUTING", "OUTPUT"] },
  NETMAP: { table: "nat" },
  CT: { table: "raw" },
  NOTRACK: { table: "raw" },
  REJECT: { table: "filter" },
  CHECKSUM: { table: "mangle" },
  DSCP: { table: "mangle" },
  HL: { table: "mangle" },
  TOS: { table: "mangle" },
  TTL: { table: "mangle" },
  TPROXY: { table: "mangle", hooks: ["PREROUTING"] },
  CLASSIFY: { hooks: ["FORWARD", "OUTPUT", "POSTROUTING"] },
};

const nextOf = (target: IptablesTarget) =>
  target.kind === "jump" || target.kind === "goto" ? target.chain : undefined;

const placeOf = (target: IptablesTarget) => PLACES[target.kind === "opaque" ? target.name : target.kind];

const INWARDS = ["PREROUTING", "INPUT", "FORWARD"];

/** Behind which built-in chains a rule may stand alone, demand by demand (`hooks` of its extensions). */
function demandsOf({ matches, target }: IptablesRule): (readonly string[])[] {
  const demands: (readonly string[])[] = [];
  for (const { kind } of matches) {
    if (kind === "mac") demands.push(INWARDS);
    else if (kind === "owner") demands.push(["OUTPUT", "POSTROUTING"]);
  }
  const hooks = placeOf(target)?.hooks;
  if (hooks) demands.push(hooks);
  return demands;
}

/** What matches look for themselves when a rule is added: they see the chain alone that it is in (`checkentry`). */
function isSeenWrong(chain: string, { matches }: IptablesRule): boolean {
  return matches.some((match) => {
    if (match.kind === "addrtype" && match.limitIfaceIn) return chain === "OUTPUT" || chain === "POSTROUTING";
    if (match.kind === "addrtype" && match.limitIfaceOut) return chain === "PREROUTING" || chain === "INPUT";
    // Only of bridged packets is the way out known before they are routed.
    return match.kind === "physdev" && (match.out || match.isOut) && !match.isBridged && chain === "OUTPUT";
  });
}

/** Which built-in chains' packets come to a chain: found when first asked, kept while jumps are added. */
export class Leading {
  private readonly chains: DraftChains;
  private found: Map<string, Set<string>> | undefined;

  constructor(chains: DraftChains) {
    this.chains = chains;
  }

  to(chain: string): readonly string[] {
    if (!this.found) {
      this.found = new Map();
      for (const name of this.chains.builtIn()) this.spread(this.found, name, name);
    }
    return [...(this.found.get(chain) ?? [])];
  }

  /** After a jump was added. */
  jump(from: string, to: string): void {
    if (this.found) for (const hook of this.to(from)) this.spread(this.found, hook, to);
  }

  /** After a jump may have gone. */
  forget(): void {
    this.found = undefined;
  }

  private spread(found: Map<string, Set<string>>, hook: string, chain: string): void {
    const hooks = found.get(chain) ?? new Set();
    if (hooks.has(hook)) return;
    found.set(chain, hooks.add(hook));
    for (const { target } of this.chains.get(chain)?.rules ?? []) {
      const next = nextOf(target);
      if (next !== undefined) this.spread(found, hook, next);
    }
  }
}

type Refusal = "Invalid argument" | "Too many links";

/** Why the kernel does not take a rule into a chain; undefined: it does. */
export function refusal(
  chains: DraftChains,
  leading: Leading,
  table: TableName,
  chain: string,
  rule: IptablesRule,
): Refusal | undefined {
  const only = placeOf(rule.target)?.table;
  if ((only !== undefined && only !== table) || isSeenWrong(chain, rule)) return "Invalid argument";
  if (firstWrong(chains, chain, rule, () => leading.to(chain)) === undefined) return undefined;
  // The kernel looks at all of this once for each of the built-in chains.
  return leading
    .to(chain)
    .map((hook) => firstWrong(chains, chain, rule, () => [hook]))
    .find((one) => one !== undefined);
}

/** What is wrong first of a rule and of those behind it. Chains that no packet comes to may hold anything. */
function firstWrong(
  chains: DraftChains,
  chain: string,
  rule: IptablesRule,
  hooks: () => readonly string[],
): Refusal | undefined {
  const path = new Set([chain]);
  const done = new Set<string>();
  const judge = (one: IptablesRule): Refusal | undefined => {
    for (const demand of demandsOf(one)) if (hooks().some((hook) => !demand.includes(hook))) return "Invalid argument";
    const next = nextOf(one.target);
    if (next === undefined || done.has(next)) return undefined;
    if (path.has(next)) return hooks().length > 0 ? "Too many links" : undefined;
    path.add(next);
    for (const behind of chains.get(next)?.rules ?? []) {
      const reason = judge(behind);
      if (reason !== undefined) return reason;
    }
    path.delete(next);
    done.add(next);
    return undefined;
  };
  return judge(rule);
}
