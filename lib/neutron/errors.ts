/**
 * Everything that the networking service refuses, as data: a reason (rest/errors.ts alone knows its HTTP status), Neutron's
 * own name for the error, and its message. Source: neutron_lib/exceptions, neutron_lib/api/faults.py.
 */
export type Reason =
  | "bad-request"
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "not-allowed"
  | "conflict"
  | "precondition-failed"
  | "too-large"
  | "not-implemented"
  | "unavailable"
  | "internal";

export class NeutronError extends Error {
  readonly reason: Reason;
  /** The class of the exception in Neutron, e.g. `NetworkInUse`; clients (tempest, SDKs, Horizon) look at it. */
  readonly type: string;
  /** The attribute at fault, where one is. */
  readonly field: string | undefined;

  constructor(reason: Reason, type: string, message: string, field?: string) {
    super(message);
    this.reason = reason;
    this.type = type;
    this.field = field;
  }
}

/** `NetworkNotFound: Network ID could not be found.` Title: as in the message; the type is it without blanks. */
export function notFound(title: string, id: string, type = `${title.replaceAll(" ", "")}NotFound`): NeutronError {
  return new NeutronError("not-found", type, `${title} ${id} could not be found.`);
}

export function conflict(type: string, message: string): NeutronError {
  return new NeutronError("conflict", type, message);
}

/** neutron_lib.exceptions.InvalidInput. */
export function invalidInput(message: string, field?: string): NeutronError {
  return new NeutronError("bad-request", "InvalidInput", `Invalid input for operation: ${message}.`, field);
}

/** neutron_lib.exceptions.BadRequest. */
export function badRequest(resource: string, message: string): NeutronError {
  return new NeutronError("bad-request", "BadRequest", `Bad ${resource} request: ${message}.`);
}

/** webob.exc.HTTPBadRequest, which the API layer itself raises. */
export function httpBadRequest(message: string, field?: string): NeutronError {
  return new NeutronError("bad-request", "HTTPBadRequest", message, field);
}

/** What one may not see is not there. webob.exc.HTTPNotFound. */
export function hidden(): NeutronError {
  return new NeutronError("not-found", "HTTPNotFound", "The resource could not be found.");
}
