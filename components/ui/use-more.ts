import { startTransition, useEffect, useState } from "react";

/** More than a tall screen shows. */
const AT_ONCE = 60;

/** Thousands of rows would hold the first paint up: the first screen comes with it, the rest right after, without blocking. */
export function useMore<T>(rows: readonly T[]): readonly T[] {
  const [all, setAll] = useState(false);
  useEffect(() => startTransition(() => setAll(true)), []);
  return all || rows.length <= AT_ONCE ? rows : rows.slice(0, AT_ONCE);
}
