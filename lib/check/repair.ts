/**
 * The commands that set a host right: those that its agents would run if they started anew, and for what agents leave to
 * others (a device that is down, a bridge's member, somebody else's rule) what takes it back.
 */
import type { HostView } from "../agents/view.ts";
import { type Command, CommandError } from "../host/command/command.ts";
import { diff } from "../host/diff/diff.ts";
import { apply } from "../host/run.ts";
import type { HostState } from "../host/state.ts";
import type { Part } from "../intent/compare/entry.ts";
import { compareHosts } from "../intent/compare.ts";
import { planned } from "../intent/recorded.ts";
import { linkRepairs, withIds, withoutLeftovers } from "./leftover.ts";
import { needed } from "./needed.ts";
import { unwantedRemovals } from "./unwanted.ts";

/** Two for what nobody wants, one for the device, one for what hangs on it, one for what agents do then. */
const ROUNDS = 6;

/** @param unread parts of which nothing may be concluded */
export function repairOf(view: HostView, actual: HostState, made: HostState, unread: ReadonlySet<Part>): Command[] {
  const commands: Command[] = [];
  let host = actual;
  const run = (some: readonly Command[]) => {
    for (const command of some) {
      try {
        host = apply(host, command);
        commands.push(command);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error; // What does not work here is no repair.
      }
    }
  };
  const agents = () => run(diff(host, planned(view, host)));
  if (!unread.has("port")) run(diff(host, withIds(host, made)));
  agents();
  for (let round = 0; round < ROUNDS; round++) {
    const left = compareHosts(host, made, { numbers: "named" }).filter((one) => !unread.has(one.part));
    const before = host;
    run(unwantedRemovals(left, host));
    if (host === before) run(linkRepairs(left, host, made));
    if (host === before) run(diff(host, withoutLeftovers(left, host, made)));
    if (host === before) break;
    agents();
  }
  return needed(actual, commands);
}
