/** What the compute and image services refuse; rest/compute/errors.ts knows the statuses. Source: nova/exception.py. */
export type ComputeReason =
  | "bad-request"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "gone"
  | "not-implemented"
  | "too-large";

export class ComputeError extends Error {
  readonly reason: ComputeReason;
  constructor(reason: ComputeReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export function absent(what: string, id: string): ComputeError {
  return new ComputeError("not-found", `${what} ${id} could not be found.`);
}
