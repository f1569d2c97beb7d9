import type { RestReply } from "../http.ts";
import type { Route } from "../router.ts";
import type { Handler } from "./handler.ts";

export function ok(answer: unknown, status = 200): RestReply {
  return { status, body: answer };
}

export function get(path: string, run: Handler): Route<Handler> {
  return { method: "GET", path, run };
}

/** A list that is always empty here. */
export function nothing(path: string, key: string): Route<Handler> {
  return get(path, async () => ok({ [key]: [] }));
}
