import { json } from "../../../lib/server/answer.ts";
import { unready } from "../../../lib/server/health.ts";
import { server } from "../../../lib/server.ts";

/** For whoever watches the process: no session is needed, and nothing else is told. */
export async function GET(): Promise<Response> {
  const reason = await unready(server());
  return reason === undefined ? json({ status: "ok" }) : json({ status: "unready", reason }, 503);
}
