/**
 * Finds the flow of highest priority that a key matches: tuple space search with one hash table for each set of masks,
 * best priority first (lib/classifier.c). Conjunctions are resolved here too.
 */
import type { Flow } from "../../net/openflow/ast.ts";
import { type FlowKey, W } from "./key.ts";
import type { CompiledMatch } from "./match.ts";
import type { Op } from "./program.ts";

export interface Rule {
  readonly flow: Flow;
  readonly priority: number;
  readonly match: CompiledMatch;
  /** Clauses that the flow takes part in; such a flow is never a match itself. */
  readonly conjunctions?: readonly { id: number; clause: number; clauses: number }[];
  /** Compiled when first executed. */
  program?: readonly Op[];
  /** Printed when first asked for. */
  text?: string;
}

interface Node {
  rule: Rule;
  /** Next rule of the same hash; among equal matches priorities descend. */
  next: Node | undefined;
}

interface Subtable {
  words: number[];
  masks: number[];
  maxPriority: number;
  nodes: Map<number, Node>;
}

export class Classifier {
  readonly #subtables = new Map<string, Subtable>();
  #ordered: Subtable[] = [];
  #sorted = true;
  #conjunctive = false;

  insert(rule: Rule): void {
    const m = rule.match;
    let signature = "";
    for (let i = 0; i < m.words.length; i++) signature += `${m.words[i]}/${m.masks[i]},`;
    let sub = this.#subtables.get(signature);
    if (!sub) {
      sub = { words: m.words, masks: m.masks, maxPriority: rule.priority, nodes: new Map() };
      this.#subtables.set(signature, sub);
      this.#ordered.push(sub);
      this.#sorted = false;
    } else if (rule.priority > sub.maxPriority) {
      sub.maxPriority = rule.priority;
      this.#sorted = false;
    }
    if (rule.conjunctions) this.#conjunctive = true;
    let h = 0;
    for (const v of m.values) h = mix(h, v);
    h &= 0x3fffffff;
    const head = sub.nodes.get(h);
    if (!head || head.rule.priority < rule.priority) sub.nodes.set(h, { rule, next: head });
    else {
      let at = head;
      while (at.next && at.next.rule.priority >= rule.priority) at = at.next;
      at.next = { rule, next: at.next };
    }
  }

  /** Takes the rule of exactly this match and priority out, and returns it. */
  remove(match: CompiledMatch, priority: number): Rule | undefined {
    let h = 0;
    for (const v of match.values) h = mix(h, v);
    h &= 0x3fffffff;
    for (const sub of this.#ordered) {
      if (!same(sub.words, match.words) || !same(sub.masks, match.masks)) continue;
      let before: Node | undefined;
      for (let n = sub.nodes.get(h); n; before = n, n = n.next) {
        if (n.rule.priority !== priority || !same(n.rule.match.values, match.values)) continue;
        if (before) before.next = n.next;
        else if (n.next) sub.nodes.set(h, n.next);
        else sub.nodes.delete(h);
        return n.rule;
      }
    }
    return undefined;
  }

  lookup(key: FlowKey): Rule | undefined {
    if (!this.#sorted) {
      this.#ordered.sort((a, b) => b.maxPriority - a.maxPriority);
      this.#sorted = true;
    }
    return this.#conjunctive ? this.#lookupConjunctive(key) : this.#lookupHard(key);
  }

  #lookupHard(key: FlowKey): Rule | undefined {
    let best: Rule | undefined;
    let priority = -1;
    for (const sub of this.#ordered) {
      if (sub.maxPriority <= priority) break;
      for (let n = find(sub, key); n; n = n.next) {
        if (n.rule.priority <= priority) break;
        if (n.rule.conjunctions || !matches(n.rule, key)) continue;
        best = n.rule;
        priority = best.priority;
        break;
      }
    }
    return best;
  }

  /** lib/classifier.c classifier_lookup__: from the highest priority down, a plain match wins, else a complete conjunction. */
  #lookupConjunctive(key: FlowKey): Rule | undefined {
    const found: Rule[] = [];
    for (const sub of this.#ordered) {
      for (let n = find(sub, key); n; n = n.next) if (matches(n.rule, key)) found.push(n.rule);
    }
    found.sort((a, b) => b.priority - a.priority);
    for (let i = 0; i < found.length; ) {
      const priority = (found[i] as Rule).priority;
      let end = i;
      let hard: Rule | undefined;
      while (end < found.length && (found[end] as Rule).priority === priority) {
        if (!(found[end] as Rule).conjunctions) hard ??= found[end];
        end++;
      }
      if (hard) return hard;
      const id = completeConjunction(found.slice(i, end));
      if (id !== undefined) {
        const saved = key[W.CONJ_ID] as number;
        key[W.CONJ_ID] = id;
        const rule = this.#lookupHard(key);
        key[W.CONJ_ID] = saved;
        if (rule) return rule;
      }
      i = end;
    }
    return undefined;
  }
}

function completeConjunction(rules: Rule[]): number | undefined {
  const seen = new Map<number, number>();
  for (const rule of rules) {
    for (const c of rule.conjunctions ?? []) {
      const clauses = (seen.get(c.id) ?? 0) | (1 << (c.clause - 1));
      if (clauses >>> 0 === 2 ** c.clauses - 1) return c.id;
      seen.set(c.id, clauses);
    }
  }
  return undefined;
}

function mix(h: number, v: number): number {
  h = Math.imul(h ^ v, 0x9e3779b1);
  return h ^ (h >>> 15);
}

function find(sub: Subtable, key: FlowKey): Node | undefined {
  let h = 0;
  const { words, masks } = sub;
  for (let i = 0; i < words.length; i++) h = mix(h, (key[words[i] as number] as number) & (masks[i] as number));
  return sub.nodes.get(h & 0x3fffffff);
}

function matches(rule: Rule, key: FlowKey): boolean {
  const { words, masks, values } = rule.match;
  for (let i = 0; i < words.length; i++)
    if (((key[words[i] as number] as number) & (masks[i] as number)) >>> 0 !== values[i]) return false;
  return true;
}

export function same(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
