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

/** The text, or its start and an ellipsis, so that it fits. */
export function fitText(text: string, width: number, size: number, font: "sans" | "mono"): string {
  if (textWidth(text, size, font) <= width) return text;
  let cut = text;
  while (cut.length > 1 && textWidth(`${cut}…`, size, font) > width) cut = cut.slice(0, -1);
  return `${cut.trimEnd()}…`;
}
