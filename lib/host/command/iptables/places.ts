/**
 * Where rules may stand: what iptables itself refuses (iptables/xshared.c, nft-shared.c), and what the
 * kernel refuses of targets and jumps (the `table` and `hooks` of net/netfilter/xt_*.c; nft_chain_validate).
 */
import type { IptablesChain, IptablesRule, IptablesTarget } from "../../../net/iptables/ast.ts";
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

export const nextOf = ({ target }: IptablesRule) =>
  target.kind === "jump" || target.kind === "goto" ? target.chain : undefined;

const placeOf = (target: IptablesTarget) => PLACES[target.kind === "opaque" ? target.name : target.kind];

/** Built-in chains as bits, so that sets of them are numbers. */
const BITS: Readonly<Record<string, number | undefined>> = {
  PREROUTING: 1,
  INPUT: 2,
  FORWARD: 4,
  OUTPUT: 8,
  POSTROUTING: 16,
};
const ANYWHERE = 31;

function bitsOf(hooks: readonly string[]): number {
  return hooks.reduce((bits, hook) => bits | (BITS[hook] ?? 0), 0);
}

const INWARDS = bitsOf(["PREROUTING", "INPUT", "FORWARD"]);
const OUTWARDS = bitsOf(["OUTPUT", "POSTROUTING"]);

/** Behind which built-in chains alone a rule may stand (`hooks` of its extensions). */
function allowedOf({ matches, target }: IptablesRule): number {
  let allowed = ANYWHERE;
  for (const { kind } of matches) {
    if (kind === "mac") allowed &= INWARDS;
    else if (kind === "owner") allowed &= OUTWARDS;
  }
  const hooks = placeOf(target)?.hooks;
  return hooks ? allowed & bitsOf(hooks) : allowed;
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

/** What a chain's rules come to, where only their jumps and demands count. */
interface Gist {
  /** Behind which built-in chains all of them may stand. */
  readonly allowed: number;
  /** Chains that they send packets to, in the order in which they first do. */
  readonly nexts: ReadonlySet<string>;
}

const gists = new WeakMap<readonly IptablesRule[], Gist>();
const EMPTY: Gist = { allowed: ANYWHERE, nexts: new Set() };

function gistOf(rules: readonly IptablesRule[]): Gist {
  let gist = gists.get(rules);
  if (!gist) {
    const nexts = new Set<string>();
    let allowed = ANYWHERE;
    for (const rule of rules) {
      allowed &= allowedOf(rule);
      const next = nextOf(rule);
      if (next !== undefined) nexts.add(next);
    }
    gist = { allowed, nexts };
    gists.set(rules, gist);
  }
  return gist;
}

/** Chains that jump, or once jumped, to others, by these. */
type Sources = Map<string, Set<string>>;

/** Lists of chains follow from each other by small changes, and share what is known of them. */
const known = new WeakMap<readonly IptablesChain[], Sources>();

/** @param to has chains of the same names and jumps as `from` */
export function handOnJumps(from: readonly IptablesChain[], to: readonly IptablesChain[]): void {
  const sources = known.get(from);
  if (sources) known.set(to, sources);
}

/** Where the jumps of a table's chains come from and lead. A crowded host's table has thousands of chains. */
export class Leading {
  private readonly chains: DraftChains;
  private readonly sources: Sources;

  constructor(list: readonly IptablesChain[], chains: DraftChains) {
    this.chains = chains;
    this.sources = known.get(list) ?? sourcesIn(list);
    known.set(list, this.sources);
  }

  /** The chains have become this list. */
  handOn(list: readonly IptablesChain[]): void {
    // Of chains that are gone, too much must not stay.
    if (this.sources.size <= list.length * 2 + 64) known.set(list, this.sources);
  }

  gist(chain: string): Gist {
    const rules = this.chains.get(chain)?.rules;
    return rules ? gistOf(rules) : EMPTY;
  }

  /** Before rules are changed in place. */
  changing(rules: readonly IptablesRule[]): void {
    gists.delete(rules);
  }

  /** After a jump was added. */
  jump(from: string, to: string): void {
    note(this.sources, from, to);
  }

  /** Chains that jump to this one. */
  from(chain: string): string[] {
    return [...(this.sources.get(chain) ?? [])].filter((one) => this.isJump(one, chain));
  }

  /** Whether some rule of the one chain jumps to the other. */
  isJump(from: string, to: string): boolean {
    const rules = this.sources.get(to)?.has(from) ? this.chains.get(from)?.rules : undefined;
    // Of rules that are just changing, to look for one takes less than to sum all up. What came last mostly stands last.
    const jumps = (rule: IptablesRule) => nextOf(rule) === to;
    return rules !== undefined && (gists.get(rules)?.nexts.has(to) ?? rules.findLast(jumps) !== undefined);
  }

  /** Built-in chains whose packets come to this one. */
  to(chain: string): number {
    const seen = new Set([chain]);
    let hooks = 0;
    for (const one of seen) {
      hooks |= BITS[one] ?? 0;
      for (const source of this.from(one)) seen.add(source);
    }
    return hooks;
  }
}

function sourcesIn(list: readonly IptablesChain[]): Sources {
  const sources: Sources = new Map();
  for (const { name, rules } of list) for (const next of gistOf(rules).nexts) note(sources, name, next);
  return sources;
}

function note(sources: Sources, from: string, to: string): void {
  const some = sources.get(to);
  if (some) some.add(from);
  else sources.set(to, new Set([from]));
}

type Refusal = "Invalid argument" | "Too many links";

/** What the kernel sees of a rule itself: it is refused at once. */
export function isMisplaced(table: TableName, chain: string, rule: IptablesRule): boolean {
  const only = placeOf(rule.target)?.table;
  return (only !== undefined && only !== table) || isSeenWrong(chain, rule);
}

/** Why the kernel does not take a rule into a table that was right without it; undefined: it does. */
export function refusal(chains: DraftChains, leading: Leading, chain: string, rule: IptablesRule): Refusal | undefined {
  const next = nextOf(rule);
  // Where another rule of the chain goes, all has been found to be right.
  if (allowedOf(rule) === ANYWHERE && (next === undefined || leading.isJump(chain, next))) return undefined;
  const wrong = (hooks: () => number) => new Walk(chains, leading, hooks).rule(chain, rule);
  if (wrong(() => leading.to(chain)) === undefined) return undefined;
  // The kernel looks at all of this once for each of the built-in chains.
  return first(chains.builtIn(), (name) => wrong(() => leading.to(chain) & bitsOf([name])));
}

/** Whether the kernel takes the table as a whole (nft_table_validate). */
export function isRefused(chains: DraftChains, leading: Leading): boolean {
  return chains.builtIn().some((name) => new Walk(chains, leading, () => bitsOf([name])).chain(name) !== undefined);
}

/** What is wrong first of a rule, or a chain, and of all behind it. Chains that no packet comes to may hold anything. */
class Walk {
  private readonly chains: DraftChains;
  private readonly leading: Leading;
  /** Built-in chains that packets come from. */
  private readonly hooks: () => number;
  private readonly path = new Set<string>();
  private readonly done = new Set<string>();

  constructor(chains: DraftChains, leading: Leading, hooks: () => number) {
    this.chains = chains;
    this.leading = leading;
    this.hooks = hooks;
  }

  rule(chain: string, rule: IptablesRule): Refusal | undefined {
    this.path.add(chain);
    return this.judge(rule);
  }

  chain(name: string): Refusal | undefined {
    if (this.done.has(name)) return undefined;
    if (this.path.has(name)) return this.hooks() === 0 ? undefined : "Too many links";
    this.path.add(name);
    const { allowed, nexts } = this.leading.gist(name);
    const reason = this.isWrong(allowed)
      ? first(this.chains.get(name)?.rules ?? [], (rule) => this.judge(rule)) // Jumps before the one that is wrong come first.
      : first(nexts, (next) => this.chain(next));
    this.path.delete(name);
    this.done.add(name);
    return reason;
  }

  private judge(rule: IptablesRule): Refusal | undefined {
    if (this.isWrong(allowedOf(rule))) return "Invalid argument";
    const next = nextOf(rule);
    return next === undefined ? undefined : this.chain(next);
  }

  private isWrong(allowed: number): boolean {
    return allowed !== ANYWHERE && (this.hooks() & ~allowed) !== 0;
  }
}

function first<T, R>(all: Iterable<T>, find: (one: T) => R | undefined): R | undefined {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}
