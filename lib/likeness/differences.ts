/**
 * In what the embedded cloud differs from the recorded ones, and why. Everything else must be the same. What is never looked
 * at, as counters, is said in lib/intent/compare/; what switches had learned, in testing/lend.ts.
 */

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

/** Attributes of the services' answers that are not compared. */
const CHANCE: readonly { readonly reason: string; readonly of: readonly string[]; readonly attributes: string[] }[] = [
  {
    reason: "It was another day, and another number of changes before the recording.",
    of: ["networks", "subnets", "ports", "routers", "floatingips", "agents", "security_groups", "servers"],
    attributes: [
      "created_at",
      "updated_at",
      "started_at",
      "heartbeat_timestamp",
      "created",
      "updated",
      "revision_number",
    ],
  },
  {
    reason: "It was another day; ids of images, flavors and users were drawn, and a hash is made of the project's id.",
    of: ["servers"],
    attributes: ["OS-SRV-USG:launched_at", "image", "flavor", "user_id", "hostId", "links"],
  },
  {
    reason: "They were drawn, or counted.",
    of: ["security_group_rules"],
    attributes: ["id", "standard_attr_id", "created_at", "updated_at", "revision_number"],
  },
  {
    reason: "Somebody had made it the default, which the scenario does not.",
    of: ["networks"],
    attributes: ["is_default"],
  },
  {
    reason: "The recorded service had no plugin for it.",
    of: ["floatingips"],
    attributes: ["port_forwardings"],
  },
  {
    reason: "The real agent counts when it looks at everything anew, which it had not done since its guests came.",
    of: ["agents"],
    attributes: ["devices"],
  },
];

export function isChance(kind: string, attribute: string): boolean {
  return CHANCE.some(({ of, attributes }) => of.includes(kind) && attributes.includes(attribute));
}

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
