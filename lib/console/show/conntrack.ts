/** `conntrack -L|-C` (conntrack-tools 1.4.7). */
import { CONNTRACK, takesEntry } from "../../host/command/conntrack.ts";
import type { Namespace } from "../../host/state.ts";
import { conntrackText } from "../../hostgraph/panel/text.ts";
import { type Answer, lines } from "../answer.ts";

export function showConntrack(ns: Namespace, words: readonly string[]): Answer | undefined {
  const lists = words.some((word) => word === "-L" || word === "--dump");
  const counts = words.some((word) => word === "-C" || word === "--count");
  if (!lists && !counts) return undefined;
  if (counts) return lines([String(ns.conntrack.length)]);
  // The selection is written as it is where entries are deleted; a bare word is the table, and `-o` how to print.
  const rest = words.filter(
    (word, i) =>
      word !== "-L" &&
      word !== "--dump" &&
      !/^(conntrack|-n|-o|--output)$/.test(word) &&
      !/^(-o|--output)$/.test(words[i - 1] ?? ""),
  );
  const command = CONNTRACK.parse("conntrack", ["-D", ...rest], undefined, { words });
  const found = command.kind === "delete" ? ns.conntrack.filter((entry) => takesEntry(command.filter, entry)) : [];
  return lines([
    ...found.map((entry) => `${conntrackText(entry)} use=1`),
    `conntrack v1.4.7 (conntrack-tools): ${found.length} flow entries have been shown.`,
  ]);
}
