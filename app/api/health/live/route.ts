import { json } from "../../../../lib/server/answer.ts";

/** The process answers: starting it anew would not help, whatever else is wrong. */
export function GET(): Response {
  return json({ status: "ok" });
}
