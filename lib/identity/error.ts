/** What can be wrong with a request to the identity service. No HTTP here: `rest/identity/errors.ts` maps reasons to statuses. */

export type EntityKind =
  | "domain"
  | "project"
  | "user"
  | "group"
  | "role"
  | "region"
  | "service"
  | "endpoint"
  | "application credential"
  | "role assignment"
  | "implied role"
  | "project tag"
  | "token";

export type IdentityProblem =
  | { readonly reason: "not-found"; readonly kind: EntityKind; readonly message: string }
  | { readonly reason: "conflict"; readonly kind: EntityKind; readonly field: string; readonly message: string }
  | { readonly reason: "invalid"; readonly field: string; readonly message: string }
  /** The caller may not do this: `action` is the name of the rule, as in policy files. */
  | { readonly reason: "forbidden"; readonly action: string | null; readonly message: string }
  | { readonly reason: "unauthenticated"; readonly message: string; readonly methods?: readonly string[] }
  | { readonly reason: "too-many-attempts"; readonly retryAfterSeconds: number; readonly message: string }
  | { readonly reason: "not-supported"; readonly message: string };

/** The bundler gives pages, routes and instrumentation a copy of this module each: `instanceof` would not hold across them. */
const BRAND = Symbol.for("underlay.identity-error");

export function isIdentityError(error: unknown): error is IdentityError {
  return typeof error === "object" && error !== null && BRAND in error;
}

export class IdentityError extends Error {
  readonly [BRAND] = true;
  readonly problem: IdentityProblem;
  constructor(problem: IdentityProblem) {
    super(problem.message);
    this.name = "IdentityError";
    this.problem = problem;
  }
}

/** The words for each kind are those of `keystone/exception.py`. */
const TITLES: Partial<Record<EntityKind, string>> = { "application credential": "Application Credential" };

export function notFound(kind: EntityKind, id: string): IdentityError {
  return new IdentityError({ reason: "not-found", kind, message: `Could not find ${TITLES[kind] ?? kind}: ${id}.` });
}

export function conflict(kind: EntityKind, field: string, details: string): IdentityError {
  const message = `Conflict occurred attempting to store ${kind.replaceAll(" ", "_")} - ${details}.`;
  return new IdentityError({ reason: "conflict", kind, field, message });
}

export function invalid(field: string, message: string): IdentityError {
  return new IdentityError({ reason: "invalid", field, message });
}

/** Refused for a reason that anyone may know, such as an immutable role. */
export function refused(message: string): IdentityError {
  return new IdentityError({ reason: "forbidden", action: null, message });
}

/** Refused by policy: says the action, and nothing of whether the object exists. */
export function forbidden(action: string): IdentityError {
  const message = `You are not authorized to perform the requested action: ${action}.`;
  return new IdentityError({ reason: "forbidden", action, message });
}

export function unauthenticated(methods?: readonly string[]): IdentityError {
  const message = "The request you have made requires authentication.";
  return new IdentityError({ reason: "unauthenticated", message, ...(methods && { methods }) });
}
