/**
 * Who asks. A browser's cookie or a script's X-Auth-Token holds a token of the embedded cloud's identity; commands on the same
 * machine send the secret that `server.json` holds, which only the server's own user can read.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { Failure } from "../clouds/failure.ts";
import { type Context, serviceContext } from "../identity/context.ts";
import { contextOf, type Identity } from "../identity/identity.ts";
import { server } from "../server.ts";
import { ownSecret, SECRET_HEADER } from "./secret.ts";
import { sessionCookie } from "./session-cookie.ts";

export interface Session {
  /** Empty for commands on the same machine. */
  readonly token: string;
  readonly user: { readonly id: string; readonly name: string };
  readonly project: { readonly id: string; readonly name: string };
  /** Names of roles in the project. */
  readonly roles: readonly string[];
  readonly admin: boolean;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly context: Context;
}

/** Undefined for nobody, for a token that is not valid (any more), and for one that is scoped to no project. */
export async function sessionOf(headers: Headers): Promise<Session | undefined> {
  const given = headers.get(SECRET_HEADER);
  if (given !== null) return sameSecret(given, ownSecret()) ? ofThisMachine() : undefined;
  const token = tokenOf(headers);
  return token === undefined ? undefined : sessionWith((await server().embedded()).identity, token);
}

/** Throws Failure `unauthorized`. */
export async function requireSession(headers: Headers): Promise<Session> {
  const session = await sessionOf(headers);
  if (session) return session;
  throw new Failure("unauthorized", "Log in first.", {
    hint: "Scripts send a token of the embedded cloud’s identity, scoped to a project, as X-Auth-Token.",
  });
}

/** Throws Failure `unauthorized` or `forbidden`. */
export async function requireAdmin(headers: Headers): Promise<Session> {
  const session = await requireSession(headers);
  if (session.admin) return session;
  throw new Failure("forbidden", "Only administrators may do this.");
}

/** As it was sent, valid or not. */
export function tokenOf(headers: Headers): string | undefined {
  return headers.get("x-auth-token") ?? sessionCookie(headers);
}

export async function sessionWith(identity: Pick<Identity, "bearer">, token: string): Promise<Session | undefined> {
  const bearer = await identity.bearer(token);
  if (bearer?.scope.type !== "project") return undefined;
  const { user, scope } = bearer;
  const context = contextOf(bearer);
  return {
    token,
    user: { id: user.id, name: user.name },
    project: { id: scope.project.id, name: scope.project.name },
    roles: context.roles,
    admin: context.isAdmin,
    expiresAt: bearer.token.expires_at,
    context,
  };
}

/** Of equal length, whatever was sent: comparing takes the same time for all. */
function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}

function ofThisMachine(): Session {
  const context = serviceContext();
  return {
    token: "",
    user: { id: context.userId, name: context.userName },
    project: { id: "", name: "" },
    roles: context.roles,
    admin: true,
    expiresAt: Number.POSITIVE_INFINITY,
    context,
  };
}
