/** What every route handler shares: the guard, parsing by zod, and one shape for errors. */
import type { z } from "zod";
import type { ApiError } from "../api/http.ts";
import { Failure, type FailureCode, isFailure } from "../clouds/failure.ts";
import { guard } from "./guard.ts";
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

type Context<P> = { params: Promise<P> };

/**
 * Wraps a handler: `export const GET = route<{ cloud: string }>(async (request, { cloud }) => json(…))`.
 * A thrown Failure or ZodError becomes an ApiError with its status; anything else a 500 that says nothing of the inside.
 */
export function route<P = Record<never, never>>(run: (request: Request, params: P) => Promise<Response> | Response) {
  return async (request: Request, context: Context<P>): Promise<Response> => {
    try {
      guard(request);
      return await run(request, await context.params);
    } catch (error) {
      return failed(error);
    }
  };
}

export function json(value: unknown, status = 200): Response {
  return Response.json(value, { status, headers: { "cache-control": "no-store" } });
}

/** Parses the query string by a zod object of strings. Throws Failure `bad_request` that names the field. */
export function query<S extends z.ZodType>(request: Request, schema: S): z.output<S> {
  const parsed = schema.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".");
  if (!issue || !field) throw new Failure("bad_request", issue?.message ?? "bad query");
  const missing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
  throw new Failure("bad_request", missing ? `${field} is missing` : `${field}: ${issue.message}`, { field });
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
