/** Options as getopt(3) and getopt_long(3) take them: several letters in a word, values within it, `--name=value`. */

/** Letters of a program, by what follows them. */
export interface Letters {
  /** Nothing. */
  readonly flags: string;
  /** A value: the rest of the word, else the next one. */
  readonly valued: string;
  /** The rest of the word, if there is any. */
  readonly optional?: string;
}

/** Each option and each value in a word of its own. A letter that is not known ends the cutting: it stays with what follows it. */
export function spread(words: readonly string[], { flags, valued, optional = "" }: Letters): string[] {
  const out: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "--") return [...out, ...words.slice(i)];
    const long = /^(--[a-z][a-z0-9-]*)=(.*)$/s.exec(word);
    if (long) out.push(long[1] as string, long[2] as string);
    else if (!/^-[^-]/.test(word)) out.push(word);
    else
      for (let at = 1; at < word.length; at++) {
        const letter = word.charAt(at);
        const rest = word.slice(at + 1);
        const takes = valued.includes(letter) || optional.includes(letter);
        if (!takes && !flags.includes(letter)) {
          out.push(`-${letter}${rest}`);
          break;
        }
        out.push(`-${letter}`);
        if (!takes) continue;
        if (rest !== "") out.push(rest);
        else if (valued.includes(letter) && i + 1 < words.length) out.push(words[++i] as string);
        break;
      }
  }
  return out;
}
