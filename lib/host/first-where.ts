/** The place of the first entry that is so, in a list whose later ones are so, too; the list's length where none is. */
export function firstWhere<T>(list: readonly T[], is: (one: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(list[middle] as T))
      high = middle; // Below the length.
    else low = middle + 1;
  }
  return low;
}
