/** What stands above the page can be opened from wherever on it: by keys, by the palette, by menus. */
type Summoned = "palette" | "shortcuts";

const nameOf = (what: Summoned) => `underlay:${what}`;

export function summon(what: Summoned): void {
  window.dispatchEvent(new Event(nameOf(what)));
}

/** @returns how to stop */
export function onSummoned(what: Summoned, open: () => void): () => void {
  window.addEventListener(nameOf(what), open);
  return () => window.removeEventListener(nameOf(what), open);
}
