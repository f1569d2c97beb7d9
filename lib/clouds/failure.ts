/** Why a call about clouds cannot be answered. Knows no HTTP: lib/server/route.ts alone maps codes to statuses. */
export type FailureCode =
  | "not_found"
  | "bad_request"
  | "bad_bundle"
  | "too_large"
  | "read_only"
  | "forbidden"
  | "no_space";

export class Failure extends Error {
  readonly code: FailureCode;
  readonly hint: string | undefined;
  readonly field: string | undefined;

  constructor(code: FailureCode, message: string, more: { hint?: string; field?: string } = {}) {
    super(message);
    this.name = "Failure";
    this.code = code;
    this.hint = more.hint;
    this.field = more.field;
  }
}
