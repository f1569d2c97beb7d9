/** Words of an iptables-save line: quoting as iptables-restore reads it and iptables-save writes it. */
import type { Word } from "./ast.ts";

/**
 * Splits a rule into words; double quotes hold blanks together, a backslash inside them takes the next character as it
 * is (iptables/xshared.c, add_param_to_argv). Undefined when a quote stays open.
 */
export function splitWords(line: string): Word[] | undefined {
  const words: Word[] = [];
  let text = "";
  let quoted = false;
  let open = false;
  for (let i = 0; i < line.length; i++) {
    const c = line.charAt(i);
    if (open) {
      if (c === "\\" && i + 1 < line.length) text += line.charAt(++i);
      else if (c === '"') open = false;
      else text += c;
    } else if (c === '"') {
      open = true;
      quoted = true;
    } else if (c === " " || c === "\t") {
      if (text !== "" || quoted) words.push({ text, quoted });
      text = "";
      quoted = false;
    } else text += c;
  }
  if (open) return undefined;
  if (text !== "" || quoted) words.push({ text, quoted });
  return words;
}

/** Text as `xtables_save_string` prints it: bare where only letters, digits, `_` and `-` occur. */
export function quoteText(text: string): string {
  return /^[A-Za-z0-9_-]+$/.test(text) ? text : `"${text.replace(/["\\']/g, "\\$&")}"`;
}

export function printWord(word: Word): string {
  return word.quoted ? `"${word.text.replace(/["\\']/g, "\\$&")}"` : word.text;
}
