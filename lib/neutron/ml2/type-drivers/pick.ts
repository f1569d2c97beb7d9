/** A free id of ranges. Source: neutron/plugins/ml2/drivers/helpers.py, which draws; taking them in order is Underlay's own. */
import type { Range } from "../../config/option.ts";

/** Tries before all ids in use are read: the ranges are seldom full. */
const DRAWS = 4;

export interface Ids {
  readonly ranges: readonly Range[];
  readonly inOrder: boolean;
  random(limit: number): number;
  isFree(id: number): Promise<boolean>;
  used(): Promise<ReadonlySet<number>>;
}

/** undefined: all are in use. */
export async function freeId(ids: Ids): Promise<number | undefined> {
  const total = ids.ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (total === 0) return undefined;
  if (!ids.inOrder)
    for (let i = 0; i < DRAWS; i++) {
      const id = nth(ids.ranges, ids.random(total));
      if (await ids.isFree(id)) return id;
    }
  const used = await ids.used();
  const usedInRanges = [...used].filter((id) => ids.ranges.some(([first, last]) => id >= first && id <= last)).length;
  let skip = ids.inOrder || usedInRanges >= total ? 0 : ids.random(total - usedInRanges);
  for (const [first, last] of ids.ranges)
    for (let id = first; id <= last; id++) {
      if (used.has(id)) continue;
      if (skip === 0) return id;
      skip--;
    }
  return undefined;
}

function nth(ranges: readonly Range[], index: number): number {
  let rest = index;
  for (const [first, last] of ranges) {
    if (rest <= last - first) return first + rest;
    rest -= last - first + 1;
  }
  throw new RangeError(`${index} is past the ranges`);
}
