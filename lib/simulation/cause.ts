/** An event of the store in a few words. */

import { stoppedAgents } from "../neutron/agent/stopped.ts";
import type { StoreEvent } from "../store/store.ts";
import type { Cause } from "./history.ts";

const STOPPED = stoppedAgents.kind;

export function causeOf({ seq, kind, id, before, after }: StoreEvent): Cause {
  // An agent that is started catches up with all that it missed: that it did not run is then the cause.
  if (kind === STOPPED) return { seq, what: `${before === null ? "stopped" : "started"} agent (${id})` };
  const verb = before === null ? "created" : after === null ? "deleted" : "changed";
  const name = nameOf(after) || nameOf(before);
  return {
    seq,
    object: { kind, id },
    what: `${verb} ${kind.replaceAll("_", " ")} ${name === "" ? id : `${name} (${id})`}`,
  };
}

function nameOf(row: unknown): string {
  const name = typeof row === "object" && row !== null && "name" in row ? row.name : "";
  return typeof name === "string" ? name : "";
}
