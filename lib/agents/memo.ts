/** What was made of an object once, kept with it: a plan at one port's change makes that port's part only. */

/** Circumstances that an object is kept in at once; a host that changes its numbers all the time must not fill the memory. */
const KEPT = 256;

/** @returns a function that makes something of an object and its circumstances (numbers of the host), or finds it made */
export function memo<K extends object, V>(): (of: K, circumstances: string, make: () => V) => V {
  const known = new WeakMap<K, Map<string, V>>();
  return (of, circumstances, make) => {
    let own = known.get(of);
    if (!own) {
      own = new Map();
      known.set(of, own);
    }
    const found = own.get(circumstances);
    if (found !== undefined) return found;
    const made = make();
    if (own.size >= KEPT) own.clear();
    own.set(circumstances, made);
    return made;
  };
}
