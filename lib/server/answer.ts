/** The shapes in which Underlay's own API answers. */
import type { ApiError } from "../api/http.ts";
import { type FailureCode, isFailure } from "../clouds/failure.ts";
import { log } from "./log.ts";

const STATUS: Record<FailureCode, number> = {
  not_found: 404,
  bad_request: 400,
  bad_bundle: 422,
  too_large: 413,
  read_only: 409,
  unauthorized: 401,
  forbidden: 403,
  too_many: 429,
  no_space: 507,
};

export function json(value: unknown, status = 200): Response {
  return Response.json(value, { status, headers: { "cache-control": "no-store" } });
}

export function failed(error: unknown): Response {
  if (!isFailure(error)) {
    log().error(error); // The answer itself says nothing of the inside.
    return json(
      {
        error: {
          code: "internal",
          message: "Something went wrong inside Underlay.",
          hint: "The server's log says what.",
        },
      } satisfies ApiError,
      500,
    );
  }
  const { code, message, hint, field } = error;
  const body: ApiError = {
    error: { code, message, ...(hint === undefined ? {} : { hint }), ...(field === undefined ? {} : { field }) },
  };
  const response = json(body, STATUS[code]);
  if (error.retryAfterSeconds !== undefined) response.headers.set("retry-after", String(error.retryAfterSeconds));
  return response;
}
