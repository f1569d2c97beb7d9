/**
 * Rules and chains that differ, as one `iptables-restore -n` for each namespace and family: as Neutron's iptables_manager
 * does, lines are put in and taken out where they stand, and chains that are alike are not touched.
 */
import type { IptablesChain, IptablesRule, IptablesRuleset, IptablesTable } from "../../net/iptables/ast.ts";
import { alikeFromEnd, alikeFromStart } from "../alike.ts";
import type { Command } from "../command/command.ts";
import type { RestoreLine, RestoreTable } from "../command/iptables/command.ts";
import { differing } from "../differing.ts";
import { findNamespace } from "../edit.ts";
import type { HostState } from "../state.ts";

export function iptablesCommands(actual: HostState, desired: HostState): Command[] {
  if (actual.namespaces === desired.namespaces) return [];
  const out: Command[] = [];
  for (const after of desired.namespaces) {
    const before = findNamespace(actual, after.name);
    if (before === after) continue;
    for (const [family, key] of [
      [4, "iptables"],
      [6, "ip6tables"],
    ] as const) {
      const tables = changedTables(before?.[key], after[key]);
      if (tables.length === 0) continue;
      const run = { tool: "iptables", kind: "restore", family, noflush: true, options: [], tables } as const;
      out.push({ netns: after.name, run });
    }
  }
  return out;
}

/** Tables cannot be deleted: one that should not be there is left without rules. */
function changedTables(before: IptablesRuleset | undefined, after: IptablesRuleset | undefined): RestoreTable[] {
  if (before === after) return [];
  const out: RestoreTable[] = [];
  const old = new Map((before?.tables ?? []).map((table) => [table.name, table]));
  for (const table of after?.tables ?? []) {
    const known = old.get(table.name);
    old.delete(table.name);
    if (known === table) continue;
    const lines = changedChains(known, table);
    if (lines.length > 0 || !known) out.push({ table: table.name, lines });
  }
  for (const table of old.values()) {
    const built = table.chains
      .filter((chain) => chain.policy)
      .map((chain): IptablesChain => ({ ...chain, policy: "ACCEPT", rules: [] }));
    const lines = changedChains(table, { ...table, chains: built });
    if (lines.length > 0) out.push({ table: table.name, lines });
  }
  return out;
}

/** New chains, then rules, then chains that go: by then nothing jumps to them. */
function changedChains(before: IptablesTable | undefined, after: IptablesTable): RestoreLine[] {
  const { gone: others, come } = differing(before?.chains ?? [], after.chains);
  const old = new Map(others.map((chain) => [chain.name, chain]));
  const fresh: RestoreLine[] = [];
  const rules: RestoreLine[] = [];
  for (const chain of come) {
    const known = old.get(chain.name);
    old.delete(chain.name);
    if (!known && !chain.policy) fresh.push({ op: "chain", chain: chain.name, packets: 0, bytes: 0 });
    if (chain.policy && chain.policy !== (known?.policy ?? "ACCEPT"))
      fresh.push({ op: "policy", chain: chain.name, policy: chain.policy });
    rules.push(...changedRules(chain.name, known?.rules ?? [], chain.rules));
  }
  const gone = [...old.values()].filter((chain) => !chain.policy);
  for (const chain of gone) if (chain.rules.length > 0) rules.push({ op: "flush", chain: chain.name });
  // A built-in chain that the other does not name is empty there.
  for (const chain of old.values()) if (chain.policy) rules.push(...changedRules(chain.name, chain.rules, []));
  return [...fresh, ...rules, ...gone.map((chain): RestoreLine => ({ op: "delete-chain", chain: chain.name }))];
}

function same(a: IptablesRule | undefined, b: IptablesRule | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.text === b.text);
}

/** More lines than this between what is alike at both ends are replaced as a whole. */
const COMPARED = 400;

function changedRules(chain: string, before: readonly IptablesRule[], after: readonly IptablesRule[]): RestoreLine[] {
  if (before === after) return [];
  const start = alikeFromStart(before, after, same);
  const rest = alikeFromEnd(before, after, start, same);
  const [a, b] = [before.length - rest, after.length - rest];
  if (a === start && b === start) return [];
  const old = before.slice(start, a);
  const now = after.slice(start, b);
  const kept = old.length * now.length === 0 || old.length + now.length > COMPARED ? [] : common(old, now);
  const out: RestoreLine[] = [];
  // Taken out from the end, so that numbers before stay.
  const keptOld = new Set(kept.map(([i]) => i));
  for (let i = old.length - 1; i >= 0; i--)
    if (!keptOld.has(i)) out.push({ op: "delete-number", chain, number: start + i + 1 });
  const keptNow = new Set(kept.map(([, j]) => j));
  // What follows stays: then new ones go before it by number, else at the end.
  const last = b === after.length && !keptNow.has(now.length - 1);
  now.forEach((rule, j) => {
    if (keptNow.has(j)) return;
    const text = specification(rule, chain);
    const tail = last && now.slice(j).every((_, k) => !keptNow.has(j + k));
    if (tail) out.push({ op: "append", chain, rule: text });
    else out.push({ op: "insert", chain, number: start + j + 1, rule: text });
  });
  return out;
}

/** `-A chain …` without its head. */
function specification(rule: IptablesRule, chain: string): string {
  return rule.text.slice(`-A ${chain} `.length);
}

/** Pairs of places of the longest common subsequence. */
function common(a: readonly IptablesRule[], b: readonly IptablesRule[]): [number, number][] {
  const width = b.length + 1;
  const length = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i * width + j] = same(a[i], b[j])
        ? (length[(i + 1) * width + j + 1] as number) + 1
        : Math.max(length[(i + 1) * width + j] as number, length[i * width + j + 1] as number);
  const out: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (same(a[i], b[j])) out.push([i++, j++]);
    else if ((length[(i + 1) * width + j] as number) >= (length[i * width + j + 1] as number)) i++;
    else j++;
  }
  return out;
}
