/** Logging in, out, and into another project: what `/api/session` does. */
import { z } from "zod";
import type { SessionInfo } from "../api/http.ts";
import { Failure } from "../clouds/failure.ts";
import { type IdentityError, isIdentityError } from "../identity/error.ts";
import type { Identity } from "../identity/identity.ts";
import type { LoginRequest, ScopeRequest } from "../identity/login.ts";
import type { Bearer } from "../identity/tokens.ts";

const name = z.string().trim().min(1, "is missing").max(255, "is longer than any name");

export const LoginBody = z.object({
  user: name,
  password: z.string().min(1, "is missing").max(4096, "is longer than any password"),
  /** Name of the user's domain, and of the project's. */
  domain: name.default("Default"),
  /** Name or id; absent: the user's default project, or the only one. */
  project: name.optional(),
});
export const SwitchBody = z.object({ project: name });

export interface LoggedIn {
  readonly token: string;
  readonly expiresAt: number;
  readonly info: SessionInfo;
}

type Known = Pick<Identity, "login" | "bearer" | "revoke" | "assignments" | "now">;

/**
 * Throws Failure `unauthorized` or `too_many`, with the words of the identity service.
 * Where a project must still be chosen, the token is unscoped and `info.project` absent: `switchProject` comes next.
 */
export async function logIn(
  identity: Known,
  { user, password, domain, project }: z.output<typeof LoginBody>,
  source: string,
): Promise<LoggedIn> {
  const methods = [{ method: "password", user: { name: user, domain: { name: domain } }, password }] as const;
  const first = await attempt(identity, { methods, scope: { type: "default" }, source }, "password");
  const { bearer } = first;
  if (project === undefined && bearer.scope.type === "project") return loggedIn(identity, first);
  const projects = await projectsOf(identity, bearer);
  const wanted =
    project === undefined ? projects : projects.filter((one) => one.id === project || one.name === project);
  const [only] = wanted;
  if (!only) {
    await identity.revoke(first.secret);
    throw new Failure(
      "unauthorized",
      project === undefined ? `${user} has a role in no project.` : `${user} has no role in a project ${project}.`,
      { field: project === undefined ? "user" : "project", hint: "An administrator of the cloud can assign one." },
    );
  }
  return wanted.length > 1 ? loggedIn(identity, first) : switchProject(identity, first.secret, only.id, source);
}

/** Another token for the same user, and an end to the one before. Throws Failure `unauthorized`. */
export async function switchProject(
  identity: Known,
  token: string,
  project: string,
  source: string,
): Promise<LoggedIn> {
  const bearer = await identity.bearer(token);
  const known =
    bearer && (await projectsOf(identity, bearer)).find((one) => one.id === project || one.name === project);
  if (!known)
    throw new Failure("unauthorized", "The request you have made requires authentication.", { field: "project" });
  const scope: ScopeRequest = { type: "project", project: { id: known.id } };
  const methods = [{ method: "token", token }] as const;
  const issued = await attempt(identity, { methods, scope, source }, "project");
  await identity.revoke(token);
  return loggedIn(identity, issued);
}

/** Enabled ones, by name. */
async function projectsOf(identity: Pick<Identity, "assignments">, bearer: Bearer): Promise<SessionInfo["projects"]> {
  const all = await identity.assignments.projectsOfUser(bearer.user.id);
  return all
    .filter((one) => one.enabled)
    .map((one) => ({ id: one.id, name: one.name }))
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}

export async function infoOf(identity: Pick<Identity, "assignments">, bearer: Bearer): Promise<SessionInfo> {
  const roles = bearer.roles.map((role) => role.name);
  const { scope, user, token } = bearer;
  return {
    user: { id: user.id, name: user.name },
    ...(scope.type === "project" ? { project: { id: scope.project.id, name: scope.project.name } } : {}),
    roles,
    admin: scope.type === "project" && roles.includes("admin"),
    projects: await projectsOf(identity, bearer),
    expiresAt: new Date(token.expires_at).toISOString(),
  };
}

async function loggedIn(identity: Known, { secret, bearer }: { secret: string; bearer: Bearer }): Promise<LoggedIn> {
  return { token: secret, expiresAt: bearer.token.expires_at, info: await infoOf(identity, bearer) };
}

async function attempt(identity: Known, request: LoginRequest, field: string) {
  try {
    return await identity.login(request);
  } catch (error) {
    if (!isIdentityError(error)) throw error;
    throw failureOf(error, field);
  }
}

function failureOf({ problem }: IdentityError, field: string): Failure {
  switch (problem.reason) {
    case "too-many-attempts":
      return new Failure("too_many", problem.message, { field, retryAfterSeconds: problem.retryAfterSeconds });
    case "unauthenticated":
      return new Failure("unauthorized", problem.message, {
        field,
        ...(field === "password" ? { hint: "The user or the password is not right." } : {}),
      });
    default:
      return new Failure("forbidden", problem.message, { field });
  }
}

/** JSON of a body. Throws Failure `bad_request` that names the field. */
export async function bodyOf<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
  const given: unknown = await request.json().catch(() => undefined);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".");
  if (!field) throw new Failure("bad_request", "Expected a JSON object.");
  const missing = issue?.code === "invalid_type" && issue.message.endsWith("received undefined");
  throw new Failure("bad_request", `${field} ${missing ? "is missing" : issue?.message}`, { field });
}
