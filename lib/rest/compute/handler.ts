import type { Context } from "../../identity/context.ts";
import type { RestReply, RestRequest } from "../http.ts";

/** Answers one endpoint of the compute or image service; `parameters` of its path. Throws ComputeError. */
export type Handler = (
  context: Context,
  request: RestRequest,
  parameters: Readonly<Record<string, string>>,
) => Promise<RestReply>;
