/** What `iptables` and `iptables-restore` do to the tables of a namespace (iptables/nft.c, its errors by number). */
import type { IptablesChain, IptablesRule, IptablesRuleset, IptablesTable } from "../../../net/iptables/ast.ts";
import { editNamespace, namespaceOf } from "../../edit.ts";
import type { HostState, Ipset } from "../../state.ts";
import { CommandError } from "../command.ts";
import type { IptablesCommand, RestoreLine, TableChange, TableName } from "./command.ts";
import { DraftChains } from "./draft-chains.ts";
import { MissingChain, normalizeRules, UnknownMatch, UnknownWord } from "./normalize.ts";
import { usage, VERSION } from "./parse.ts";
import { isMisplaced, isRefused, Leading, NAT_DROP, nextOf, refusal } from "./places.ts";

const BUILT_IN: Readonly<Record<TableName, readonly string[]>> = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  security: ["INPUT", "FORWARD", "OUTPUT"],
};

export function applyIptables(host: HostState, netns: string, command: IptablesCommand): HostState {
  const key = command.family === 4 ? "iptables" : "ip6tables";
  const program = command.family === 4 ? "iptables" : "ip6tables";
  const before: IptablesRuleset = namespaceOf(host, netns)[key] ?? { family: command.family, tables: [] };
  const sets = namespaceOf(host, netns).ipsets;
  let after = before;
  if (command.kind === "change") {
    const run = { program, family: command.family, sets };
    const { change, table: name = "filter" } = command;
    // No table is made only to be emptied.
    if (empties(change) && !before.tables.some((table) => table.name === name)) return host;
    after = withTable(after, name, (table) => changeTable(table, change, run));
  } else {
    let line = 0;
    for (const { table, lines } of command.tables) {
      line++;
      after = withTable(after, table, (found) => {
        const start = command.noflush ? found : emptyTable(table);
        const chains = mutable(start);
        for (const one of lines)
          restoreLine(chains, one, { program: `${program}-restore`, family: command.family, sets, line: ++line });
        return settle(start, chains);
      });
      line++;
    }
  }
  return after === before ? host : editNamespace(host, netns, { [key]: after });
}

function empties(change: TableChange): boolean {
  const { op } = change;
  return (op === "flush" || op === "zero" || op === "delete-chain") && change.chain === undefined;
}

function emptyTable(name: TableName): IptablesTable {
  const chains = BUILT_IN[name].map((chain): IptablesChain => ({ ...emptyChain(chain), policy: "ACCEPT" }));
  return { name, chains };
}

function emptyChain(name: string): IptablesChain {
  return { name, packets: 0, bytes: 0, rules: [] };
}

function withTable(
  ruleset: IptablesRuleset,
  name: TableName,
  change: (table: IptablesTable) => IptablesTable,
): IptablesRuleset {
  const at = ruleset.tables.findIndex((table) => table.name === name);
  const before = ruleset.tables[at] ?? emptyTable(name);
  const after = change(before);
  if (ruleset.tables[at] === after) return ruleset;
  return { ...ruleset, tables: at < 0 ? [...ruleset.tables, after] : ruleset.tables.with(at, after) };
}

/** Chains of a table by name while lines are applied; a chain is copied when it first changes. */
interface Draft {
  readonly table: TableName;
  readonly chains: DraftChains;
  readonly leading: Leading;
  readonly copied: Set<string>;
  /** The first rule that made it one that the kernel does not take. */
  wrong?: CommandError;
}

function mutable(table: IptablesTable): Draft {
  const chains = new DraftChains(table.chains);
  return { table: table.name, chains, leading: new Leading(table.chains, chains), copied: new Set() };
}

function settle(table: IptablesTable, { chains, leading, wrong }: Draft): IptablesTable {
  if (wrong && isRefused(chains, leading)) throw wrong;
  const list = chains.list();
  leading.handOn(list);
  return list === table.chains ? table : { ...table, chains: list };
}

/** The chain's rules, to be changed in place. */
function rulesOf(draft: Draft, chain: IptablesChain): IptablesRule[] {
  if (draft.copied.has(chain.name)) {
    draft.leading.changing(chain.rules);
    return chain.rules;
  }
  const copy = { ...chain, rules: chain.rules.slice() };
  draft.chains.set(chain.name, copy);
  draft.copied.add(chain.name);
  return copy.rules;
}

interface Run {
  program: string;
  family: 4 | 6;
  sets: readonly Ipset[];
  /** Line of the restore input. */
  line?: number;
}

function changeTable(table: IptablesTable, change: TableChange, run: Run): IptablesTable {
  const draft = mutable(table);
  applyChange(draft, change, run);
  return settle(table, draft);
}

function restoreLine(draft: Draft, line: RestoreLine, run: Run): void {
  if (line.op !== "chain") {
    applyChange(draft, line, run, line.counters);
    return;
  }
  const { chain, packets, bytes, policy } = line;
  const before = draft.chains.get(chain);
  if (!before?.policy) {
    // A chain of that name is emptied, without leaving its place.
    if (policy !== undefined) throw failed(run, "Bad built-in chain name.");
    draft.chains.set(chain, emptyChain(chain));
    draft.copied.add(chain);
  } else draft.chains.set(chain, { ...before, packets, bytes, policy: policy ?? before.policy });
}

/** The words of one error as the program at hand says them. */
function failed(run: Run, reason: string): CommandError {
  return new CommandError(
    run.line === undefined ? `${run.program}: ${reason}` : `${run.program}: line ${run.line} failed: ${reason}`,
  );
}

const NO_CHAIN = "No chain/target/match by that name.";

function chainOf(draft: Draft, name: string, run: Run): IptablesChain {
  const chain = draft.chains.get(name);
  if (!chain) throw failed(run, NO_CHAIN);
  return chain;
}

function applyChange(
  draft: Draft,
  change: TableChange,
  run: Run,
  counters: { packets: number; bytes: number } = { packets: 0, bytes: 0 },
): void {
  switch (change.op) {
    case "append":
    case "insert":
    case "replace": {
      const rules = specified(draft, change.chain, change.rule, run).map((rule) => ({ ...rule, ...counters }));
      const chain = chainOf(draft, change.chain, run);
      const { length } = chain.rules;
      if (change.op === "insert" && (change.number < 1 || change.number > length + 1))
        throw failed(run, "Index of insertion too big.");
      if (change.op === "replace" && (change.number < 1 || change.number > length))
        throw failed(run, "Index of replacement too big.");
      const { op } = change;
      // To insert behind the last rule is to append (iptables/nft.c nft_rule_insert).
      const done = op === "insert" && length > 0 && change.number > length ? "append" : op;
      for (const rule of rules) takeRule(draft, done, chain.name, rule, run);
      const at = op === "append" ? length : change.number - 1;
      rulesOf(draft, chain).splice(at, op === "replace" ? 1 : 0, ...rules);
      for (const rule of rules) {
        const next = nextOf(rule);
        if (next !== undefined) draft.leading.jump(chain.name, next);
      }
      return;
    }
    case "delete":
    case "check":
      for (const rule of specified(draft, change.chain, change.rule, run)) {
        const chain = draft.chains.get(change.chain);
        const at = chain?.rules.findIndex((one) => one.text === rule.text) ?? -1;
        if (!chain || at < 0) throw failed(run, "Bad rule (does a matching rule exist in that chain?).");
        if (change.op === "delete") rulesOf(draft, chain).splice(at, 1);
      }
      return;
    case "delete-number": {
      const chain = chainOf(draft, change.chain, run);
      if (change.number < 1 || change.number > chain.rules.length) throw failed(run, "Index of deletion too big.");
      rulesOf(draft, chain).splice(change.number - 1, 1);
      return;
    }
    case "new-chain":
      if (draft.chains.has(change.chain)) throw failed(run, "Chain already exists.");
      draft.chains.set(change.chain, emptyChain(change.chain));
      return;
    case "delete-chain":
      deleteChains(draft, change.chain, run);
      return;
    case "flush":
    case "zero": {
      const chains = change.chain === undefined ? draft.chains.list() : [chainOf(draft, change.chain, run)];
      for (const chain of chains) {
        if (change.op === "zero") draft.chains.set(chain.name, zeroedChain(chain, change.number));
        else rulesOf(draft, chain).length = 0;
      }
      return;
    }
    case "rename":
      rename(draft, change.chain, change.to, run);
      return;
    case "policy": {
      if (draft.table === "nat" && change.policy === "DROP") throw usage(run.program, NAT_DROP);
      const chain = draft.chains.get(change.chain);
      if (!chain?.policy) throw failed(run, "Bad built-in chain name.");
      // nft_chain_set sends counters of nothing along.
      const counted = zeroed(chain);
      draft.chains.set(chain.name, chain.policy === change.policy ? counted : { ...counted, policy: change.policy });
      return;
    }
    case "query":
      return;
  }
}

/**
 * Throws what the kernel says of a rule that may not stand there. What is restored it takes as a whole: it may be wrong on the
 * way, and only if it is so in the end, the first rule that made it wrong is named (nf_tables_commit).
 */
function takeRule(draft: Draft, op: string, chain: string, rule: IptablesRule, run: Run): void {
  const misplaced = isMisplaced(draft.table, chain, rule);
  const reason = misplaced ? "Invalid argument" : refusal(draft.chains, draft.leading, chain, rule);
  if (reason === undefined) return;
  const text = `RULE_${op.toUpperCase()} failed (${reason}): rule in chain ${chain}`;
  const where = run.line === undefined ? " " : `\nline ${run.line}: `;
  const error = new CommandError(`${run.program} ${VERSION}: ${where}${text}`, 4);
  if (misplaced || run.line === undefined) throw error;
  draft.wrong ??= error;
}

/** The same where nothing was counted: so counters are no change of a host that has them elsewhere. */
function zeroed<T extends { packets: number; bytes: number }>(one: T): T {
  return one.packets === 0 && one.bytes === 0 ? one : { ...one, packets: 0, bytes: 0 };
}

/** @param number of one rule, whose chain's policy counts on then */
function zeroedChain(chain: IptablesChain, number: number | undefined): IptablesChain {
  const rules = chain.rules.map((rule, i) => (number === undefined || number === i + 1 ? zeroed(rule) : rule));
  const same = rules.every((rule, i) => rule === chain.rules[i]);
  const counted = same ? chain : { ...chain, rules };
  return number === undefined ? zeroed(counted) : counted;
}

function specified(draft: Draft, chain: string, rule: string, run: Run): IptablesRule[] {
  try {
    const isChain = (name: string) => draft.chains.has(name);
    return normalizeRules(draft.table, chain, rule, run.family, isChain, (name) => checkSet(name, run));
  } catch (error) {
    const known = [MissingChain, UnknownMatch, UnknownWord, CommandError].some((one) => error instanceof one);
    if (!(known && error instanceof Error)) throw error;
    if (run.line === undefined) throw usage(run.program, error.message);
    const who = error.message.startsWith("Bad argument") ? "" : `${run.program} ${VERSION}: `;
    throw new CommandError(
      `${who}${error.message}\nError occurred at line: ${run.line}\nTry \`${run.program} -h' or '${run.program} --help' for more information.`,
      2,
    );
  }
}

/** libxt_set.h get_set_byname. */
function checkSet(name: string, { sets, family }: Run): void {
  const set = sets.find((one) => one.name === name);
  if (!set) throw new CommandError(`Set ${name} doesn't exist.\n`, 2);
  if ((set.family === "inet6") !== (family === 6))
    throw new CommandError(
      `The protocol family of set ${name} is ${set.family === "inet6" ? "IPv6" : "IPv4"}, which is not applicable.\n`,
      2,
    );
}

function deleteChains(draft: Draft, name: string | undefined, run: Run): void {
  const chains = name === undefined ? draft.chains.list().filter((c) => !c.policy) : [chainOf(draft, name, run)];
  // Chains may jump to one another: all of them go at once.
  for (const chain of chains) {
    if (chain.policy === "DROP") throw failed(run, "Directory not empty.");
    const busy = chain.rules.length > 0 || (name !== undefined && draft.leading.from(chain.name).length > 0);
    if (busy && name !== undefined)
      throw new CommandError(
        `${run.program} ${VERSION}:  CHAIN_DEL failed (Device or resource busy): chain ${chain.name}`,
        4,
      );
    // A built-in one comes back with its first rule.
    if (!busy && !chain.policy) draft.chains.delete(chain.name);
  }
}

function rename(draft: Draft, from: string, to: string, run: Run): void {
  const chain = chainOf(draft, from, run);
  if (draft.chains.has(to)) throw failed(run, "File exists.");
  const renamed = (rule: IptablesRule, owner: string): IptablesRule => {
    const { target } = rule;
    const jumps = (target.kind === "jump" || target.kind === "goto") && target.chain === from;
    if (!jumps && owner !== from) return rule;
    const text = rule.text
      .replace(/^-A \S+/, `-A ${owner === from ? to : owner}`)
      .replace(/(-[jg]) (\S+)$/, (all, flag, name) => (jumps && name === from ? `${flag} ${to}` : all));
    return { ...rule, text, target: jumps ? { ...target, chain: to } : target };
  };
  const list = draft.chains.list();
  draft.chains.delete(from);
  for (const one of list) {
    const rules = one.rules.map((rule) => renamed(rule, one.name));
    const same = one !== chain && rules.every((rule, i) => rule === one.rules[i]);
    if (same) continue;
    const name = one === chain ? to : one.name;
    draft.chains.set(name, { ...one, name, rules });
    for (const next of draft.leading.gist(name).nexts) draft.leading.jump(name, next);
  }
}
