/** An event of the store in a few words. */
import type { StoreEvent } from "../store/store.ts";
import type { Cause } from "./history.ts";

export function causeOf({ seq, kind, id, before, after }: StoreEvent): Cause {
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
