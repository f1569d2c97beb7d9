/** In what the embedded cloud's hosts differ from the recorded ones, and why. Everything else must be the same. */

import { ORDER } from "../intent/compare/filters.ts";
import type { Difference } from "../intent/compare.ts";

interface Explained {
  readonly reason: string;
  is(one: Difference): boolean;
}

const EXPLAINED: readonly Explained[] = [
  {
    reason: "Rules of several ports stand in the order of the ports' ids, and both clouds drew these by chance.",
    is: ({ name, actual = "", desired = "" }) => name === ORDER && sameButForPorts(actual, desired),
  },
];

/** What is not explained. */
export function unexplained(differences: readonly Difference[]): Difference[] {
  return differences.filter((one) => !EXPLAINED.some((known) => known.is(one)));
}

/** The same rules for each port in the same order, and all others in the same places. */
function sameButForPorts(a: string, b: string): boolean {
  const [left, right] = [a.split("\n"), b.split("\n")];
  const others = (lines: readonly string[]) => lines.map((line) => (portOf(line) === undefined ? line : "")).join("\n");
  const own = (lines: readonly string[], port: string) => lines.filter((line) => portOf(line) === port).join("\n");
  const ports = new Set([...left, ...right].flatMap((line) => portOf(line) ?? []));
  return others(left) === others(right) && [...ports].every((port) => own(left, port) === own(right, port));
}

/** The beginning of a port's id, in the name of its device. */
function portOf(line: string): string | undefined {
  return / (?:tap|qvb|q[rg]-|sg-)([0-9a-f]{8}-[0-9a-f]{2})\b/.exec(line)?.[1];
}
