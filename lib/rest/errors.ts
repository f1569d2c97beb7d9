/** The one place where an error of a service gets its HTTP status. */
import { NeutronError, type Reason } from "../neutron/errors.ts";
import { isBodyTooLarge } from "./body.ts";
import type { RestReply } from "./http.ts";

const STATUS: Record<Reason, number> = {
  "bad-request": 400,
  unauthorized: 401,
  forbidden: 403,
  "not-found": 404,
  "not-allowed": 405,
  conflict: 409,
  "precondition-failed": 412,
  "too-large": 413,
  "not-implemented": 501,
  unavailable: 503,
  internal: 500,
};

/** Neutron's body: `{"NeutronError": {"type", "message", "detail"}}`. Anything unknown says nothing of the inside. */
export function neutronFailure(error: unknown, report: (error: unknown) => void): RestReply {
  if (error instanceof NeutronError) {
    const { reason, type, message } = error;
    return { status: STATUS[reason], body: { NeutronError: { type, message, detail: "" } } };
  }
  if (isBodyTooLarge(error))
    return {
      status: 413,
      body: { NeutronError: { type: "HTTPRequestEntityTooLarge", message: error.message, detail: "" } },
    };
  report(error);
  const message = "Request Failed: internal server error while processing your request.";
  return { status: 500, body: { NeutronError: { type: "HTTPInternalServerError", message, detail: "" } } };
}
