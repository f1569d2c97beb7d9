import type { ApiError } from "../api/http.ts";

/** What a failed call threw: the API's own error, with the HTTP status (0 when the server was not reached). */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly field: string | undefined;

  constructor(status: number, error: ApiError["error"]) {
    super(error.message);
    this.name = "ApiFailure";
    this.status = status;
    this.code = error.code;
    this.hint = error.hint;
    this.field = error.field;
  }
}

const UNREACHABLE: ApiError["error"] = {
  code: "unreachable",
  message: "The Underlay server did not answer.",
  hint: "Check that it is still running, then try again.",
};

/** Anything thrown, as an ApiFailure. */
export function asFailure(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  if (error instanceof TypeError) return new ApiFailure(0, UNREACHABLE);
  return new ApiFailure(0, { code: "unexpected", message: error instanceof Error ? error.message : String(error) });
}

/** The error that a response with status ≥ 400 carries. */
export async function failureOf(response: Response): Promise<ApiFailure> {
  try {
    const body = (await response.json()) as ApiError;
    if (typeof body.error?.message === "string") return new ApiFailure(response.status, body.error);
  } catch {
    // Not our JSON: a proxy or a crash page. The status line is all there is.
  }
  return new ApiFailure(response.status, {
    code: "unexpected",
    message: `The server answered ${response.status} ${response.statusText}`.trim(),
  });
}
