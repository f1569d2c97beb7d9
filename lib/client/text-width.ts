/**
 * Widths of text in the fonts that ship, in pixels, without a canvas: layouts are computed on the server too. Geist Mono
 * is 0.6 em wide; Geist's letters are taken by class, slightly too wide rather than too narrow.
 */
const NARROW = /[ijlIftr.,:;'|!()[\]{} /\\-]/;
const WIDE = /[mwMWQOG@%&#×…]/;
const CAPITAL = /[A-Z0-9_+=<>→]/;

export function textWidth(text: string, size: number, font: "sans" | "mono"): number {
  if (font === "mono") return text.length * size * 0.6;
  let em = 0;
  for (const letter of text)
    em += NARROW.test(letter) ? 0.34 : WIDE.test(letter) ? 0.86 : CAPITAL.test(letter) ? 0.66 : 0.58;
  return em * size;
}

/** The text whole, or its start and its end around an ellipsis: what tells names apart often stands last. */
export function fitText(text: string, width: number, size: number, font: "sans" | "mono"): string {
  if (textWidth(text, size, font) <= width) return text;
  for (let keep = text.length - 1; keep > 1; keep--) {
    const tail = Math.floor(keep * 0.4);
    const cut = `${text.slice(0, keep - tail)}…${tail > 0 ? text.slice(-tail) : ""}`;
    if (textWidth(cut, size, font) <= width) return cut;
  }
  return "…";
}
