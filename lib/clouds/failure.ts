/** Why a call about clouds cannot be answered. Knows no HTTP: lib/server/route.ts alone maps codes to statuses. */
export type FailureCode =
  | "not_found"
  | "bad_request"
  | "bad_bundle"
  | "too_large"
  | "read_only"
  | "unauthorized"
  | "forbidden"
  | "too_many"
  | "no_space";

/** Next gives routes, pages and instrumentation their own instances of this module: `instanceof` would not hold across them. */
const BRAND = Symbol.for("underlay.failure");

export class Failure extends Error {
  readonly [BRAND] = true;
  readonly code: FailureCode;
  readonly hint: string | undefined;
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: FailureCode,
    message: string,
    more: { hint?: string; field?: string; retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.name = "Failure";
    this.code = code;
    this.hint = more.hint;
    this.field = more.field;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

export function isFailure(error: unknown): error is Failure {
  return typeof error === "object" && error !== null && BRAND in error;
}
