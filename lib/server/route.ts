/** What every route handler shares: the guard, who may ask, parsing by zod, and one shape for errors. */
import type { z } from "zod";
import { Failure } from "../clouds/failure.ts";
import { failed } from "./answer.ts";
import { guard } from "./guard.ts";
import { requireSession, type Session } from "./session.ts";

type Context<P> = { params: Promise<P> };
type Nothing = Record<never, never>;

/**
 * A handler for administrators: `export const GET = route<{ cloud: string }>(async (request, { cloud }) => json(…))`.
 * Others find nothing there. A thrown Failure or ZodError becomes an ApiError with its status; anything else a 500 that says
 * nothing of the inside.
 */
export function route<P = Nothing>(run: (request: Request, params: P, session: Session) => Answer) {
  return sessionRoute<P>((request, params, session) => {
    if (!session.admin) throw new Failure("not_found", "There is nothing here.");
    return run(request, params, session);
  });
}

/** A handler for everybody who is logged in: it must show each what he may see, and no more. */
export function sessionRoute<P = Nothing>(run: (request: Request, params: P, session: Session) => Answer) {
  return openRoute<P>(async (request, params) => run(request, params, await requireSession(request.headers)));
}

/** A handler for anybody who reaches the server. */
export function openRoute<P = Nothing>(run: (request: Request, params: P) => Answer) {
  return async (request: Request, context: Context<P>): Promise<Response> => {
    try {
      guard(request);
      return await run(request, await context.params);
    } catch (error) {
      return failed(error);
    }
  };
}

/** Where no route is: programs ask here, and are not answered with a page. */
export const nothing = openRoute(() => {
  throw new Failure("not_found", "There is nothing here.");
});

type Answer = Promise<Response> | Response;

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
