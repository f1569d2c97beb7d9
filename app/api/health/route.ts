import { json } from "../../../lib/server/answer.ts";

/** For whoever watches the process: no session is needed, and nothing is told. */
export function GET(): Response {
  return json({ status: "ok" });
}
