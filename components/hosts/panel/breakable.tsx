import { Fragment, type ReactNode } from "react";

/** Words that no line may end inside of, unless they are longer than the line: `->eth_dst`, `--dport`, `-j`. */
const LONG = 36;

/**
 * Terminal text in pieces after which a line may end: at blanks, and after commas. A hyphen is no such place, though
 * browsers think so. What is selected and copied stays the text.
 */
export function breakable(text: string): ReactNode {
  const words = text.split(/(?<=[,\s])|(?=->)/);
  if (words.length === 1 && !text.includes("-")) return text;
  return words.map((word, i) => {
    const kept = word.includes("-") && word.length < LONG;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the words of one text never change places
      <Fragment key={i}>
        {kept ? <span className="whitespace-nowrap">{word.trimEnd()}</span> : word}
        {kept && word !== word.trimEnd() ? " " : null}
        {word.endsWith(",") ? <wbr /> : null}
      </Fragment>
    );
  });
}
