import { useEffect, useRef } from "react";

/** Letters that mean something else on the page that is shown. What listens for shortcuts asks here: they go on and off together. */
const own = new Map<string, () => void>();

export function usePageKey(letter: string, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const deed = () => latest.current();
    own.set(letter, deed);
    return () => {
      // The next page may have come before this one went.
      if (own.get(letter) === deed) own.delete(letter);
    };
  }, [letter]);
}

export function pageKey(key: string): (() => void) | undefined {
  return own.get(key.toLowerCase());
}
