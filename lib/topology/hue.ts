/** Colours of networks: names of design tokens, so that both themes have their own value. */
import { PENDING } from "../client/forms/pending.ts";

export interface Hue {
  /** Lines, edges, small text. */
  edge: string;
  /** The fill behind text. */
  soft: string;
}

const HUES = 8;
export const EXTERNAL_HUE: Hue = { edge: "var(--net-ext)", soft: "var(--net-ext-soft)" };

interface Coloured {
  id: string;
  external?: boolean;
  /** ISO time. */
  createdAt?: string;
}

/**
 * Network id → hue. The id chooses, so that a network keeps its colour when others come and go, on every page; where two would
 * have the same while another is free, the younger takes the next. None for one that is being made: it has no id of its own yet.
 */
export function networkHues(networks: readonly Coloured[]): Map<string, Hue> {
  const hues = new Map<string, Hue>();
  const own = networks
    .filter(({ id, external }) => !external && id !== PENDING)
    .toSorted((a, b) => (a.createdAt ?? "").localeCompare(b.createdAt ?? "") || a.id.localeCompare(b.id));
  let taken = new Set<number>();
  for (const { id } of own) {
    if (taken.size === HUES) taken = new Set();
    let n = digest(id) % HUES;
    while (taken.has(n)) n = (n + 1) % HUES;
    taken.add(n);
    hues.set(id, { edge: `var(--net-${n + 1})`, soft: `var(--net-${n + 1}-soft)` });
  }
  for (const { id, external } of networks) if (external) hues.set(id, EXTERNAL_HUE);
  return hues;
}

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
function digest(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
}
