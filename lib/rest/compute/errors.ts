/** Statuses and bodies of what the compute and image services refuse. Source: nova/api/openstack/wsgi.py Fault. */
import { ComputeError, type ComputeReason } from "../../compute/errors.ts";
import { isBodyTooLarge } from "../body.ts";
import type { RestReply } from "../http.ts";

const STATUS: Record<ComputeReason, number> = {
  "bad-request": 400,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  gone: 410,
  "not-implemented": 501,
  "too-large": 413,
};
const FAULTS: Readonly<Record<number, string>> = {
  400: "badRequest",
  403: "forbidden",
  404: "itemNotFound",
  405: "badMethod",
  409: "conflictingRequest",
  413: "overLimit",
  501: "notImplemented",
};

export function fault(status: number, message: string): RestReply {
  return { status, body: { [FAULTS[status] ?? "computeFault"]: { code: status, message } } };
}

export function statusOf(error: ComputeError): number {
  return STATUS[error.reason];
}

export function computeFailure(error: unknown, report: (error: unknown) => void): RestReply {
  if (error instanceof ComputeError) return fault(statusOf(error), error.message);
  if (isBodyTooLarge(error)) return fault(413, error.message);
  report(error);
  return fault(500, "Unexpected API Error. The server's log says what went wrong.");
}
