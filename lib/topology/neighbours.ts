/** What to light when the pointer is on something. Pure. */
import type { Drawing } from "./drawing.ts";

/** Object id → the ids directly joined to it, links included, itself included. */
export function neighbours(drawing: Drawing): Map<string, Set<string>> {
  const lit = new Map<string, Set<string>>();
  const join = (a: string, ...others: string[]) => {
    const set = lit.get(a) ?? new Set([a]);
    for (const other of others) set.add(other);
    lit.set(a, set);
  };
  for (const { id, ends } of drawing.links) {
    const [a, b] = ends;
    join(a, b, id);
    join(b, a, id);
  }
  for (const chip of drawing.chips) {
    join(chip.id, chip.instanceId);
    join(chip.instanceId, chip.id);
  }
  return lit;
}
