/** What two long lists of objects do not share: fast where they share nearly all, in the same order. */

/** How far one list may run ahead of the other at one place. */
const REACH = 64;

export interface Difference<T> {
  readonly removed: T[];
  readonly added: T[];
}

export function listDifference<T extends object>(before: readonly T[], after: readonly T[]): Difference<T> {
  const removed: T[] = [];
  const added: T[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      i++;
      j++;
      continue;
    }
    const ahead = distance(after, j, before[i]);
    const behind = ahead > 0 ? 0 : distance(before, i, after[j]);
    if (ahead > 0) for (let n = 0; n < ahead; n++) push(added, after[j++]);
    else if (behind > 0) for (let n = 0; n < behind; n++) push(removed, before[i++]);
    else {
      push(removed, before[i++]);
      push(added, after[j++]);
    }
  }
  while (i < before.length) push(removed, before[i++]);
  while (j < after.length) push(added, after[j++]);
  if (removed.length === 0 || added.length === 0) return { removed, added };
  const gone = new Set(removed);
  const moved = new Set(added.filter((one) => gone.has(one)));
  if (moved.size === 0) return { removed, added };
  return { removed: removed.filter((one) => !moved.has(one)), added: added.filter((one) => !moved.has(one)) };
}

function push<T>(list: T[], one: T | undefined): void {
  if (one !== undefined) list.push(one);
}

function distance<T>(list: readonly T[], start: number, one: T | undefined): number {
  const end = Math.min(list.length, start + REACH);
  for (let i = start + 1; i < end; i++) if (list[i] === one) return i - start;
  return 0;
}
