/**
 * Tokens: opaque and random, kept by their SHA-256 alone. What a token is worth is judged by what its user, scope and roles
 * are when it is used (`keystone/models/token_model.py`, `keystone/token/provider.py`).
 */
import { createHash, randomBytes } from "node:crypto";
import type { Reader, Tx } from "../store/store.ts";
import type { Backing } from "./backing.ts";
import { applicationCredentials, domains, expiryHour, projects, tokens, users } from "./collections.ts";
import { effectiveRoles, withImplied } from "./effective.ts";
import type { ApplicationCredential, Domain, Project, Role, Scope, Token, User } from "./model.ts";

/** All that a valid token says. */
export interface Bearer {
  readonly token: Token;
  readonly user: User;
  readonly userDomain: Domain;
  readonly scope: BearerScope;
  readonly roles: readonly Role[];
  readonly applicationCredential: ApplicationCredential | null;
}

export type BearerScope =
  | { readonly type: "unscoped" }
  | { readonly type: "system" }
  | { readonly type: "domain"; readonly domain: Domain }
  | { readonly type: "project"; readonly project: Project; readonly domain: Domain };

/** How often expired tokens are cleared away, at most. */
const SWEEP_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;

const digest = (token: string) => createHash("sha256").update(token).digest("hex");
const auditId = () => randomBytes(16).toString("base64url");

export interface NewToken {
  readonly userId: string;
  readonly methods: readonly string[];
  readonly scope: Scope;
  readonly applicationCredentialId: string | null;
  /** The token that it is made from: it ends no later than that. */
  readonly parent: Token | null;
}

export class Tokens {
  private readonly backing: Backing;
  private readonly lifetimeMs: number;
  private swept: number | undefined;

  constructor(backing: Backing, lifetimeMs: number) {
    this.backing = backing;
    this.lifetimeMs = lifetimeMs;
  }

  /**
   * Issues a token, when `still` says within the transaction that what was verified before it holds yet, and when the scope
   * gives the user a role; undefined otherwise.
   */
  async issue(
    fresh: NewToken,
    still: (tx: Tx) => Promise<boolean>,
  ): Promise<{ secret: string; bearer: Bearer } | undefined> {
    const secret = `u${randomBytes(32).toString("base64url")}`; // Not a dash first: it may be an argument of a command.
    const now = this.backing.now();
    const token: Token = {
      id: digest(secret),
      user_id: fresh.userId,
      methods: fresh.methods,
      scope: fresh.scope,
      audit_ids: [auditId(), ...(fresh.parent ? fresh.parent.audit_ids.slice(-1) : [])],
      issued_at: now,
      expires_at: fresh.parent?.expires_at ?? now + this.lifetimeMs,
      application_credential_id: fresh.applicationCredentialId,
    };
    const bearer = await this.backing.quietly(async (tx) => {
      if (!(await still(tx))) return undefined;
      const found = await bearerOf(tx, token, now);
      if (found) await tokens.insert(tx, token);
      return found;
    });
    await this.sweep(now);
    return bearer && { secret, bearer };
  }

  /** Whose it is; undefined for one that is unknown, expired, revoked, or worth nothing any more. */
  async bearer(secret: string): Promise<Bearer | undefined> {
    const token = await tokens.get(this.backing.read, digest(secret));
    return token && bearerOf(this.backing.read, token, this.backing.now());
  }

  revoke(secret: string): Promise<boolean> {
    return this.backing.write((tx) => tokens.remove(tx, digest(secret)));
  }

  /** Of all hours at first, then of those that have passed since. */
  private async sweep(now: number): Promise<void> {
    if (this.swept !== undefined && now - this.swept < SWEEP_MS) return;
    const where = this.swept === undefined ? {} : { keys: { expiry: hoursBetween(this.swept, now) } };
    this.swept = now;
    await this.backing.quietly(async (tx) => {
      for (const token of await tokens.list(tx, where)) if (token.expires_at <= now) await tokens.remove(tx, token.id);
    });
  }
}

function hoursBetween(from: number, to: number): string[] {
  const hours = new Set([expiryHour(to)]);
  for (let at = from; at < to; at += HOUR_MS) hours.add(expiryHour(at));
  return [...hours];
}

async function bearerOf(reader: Reader, token: Token, now: number): Promise<Bearer | undefined> {
  if (token.expires_at <= now) return undefined;
  const user = await users.get(reader, token.user_id);
  const userDomain = user?.enabled ? await domains.get(reader, user.domain_id) : undefined;
  if (!user || !userDomain?.enabled) return undefined;
  const scope = await scopeOf(reader, token.scope);
  if (!scope) return undefined;
  let roles = await rolesOf(reader, user, scope);
  let applicationCredential: ApplicationCredential | null = null;
  if (token.application_credential_id !== null) {
    const credential = await applicationCredentials.get(reader, token.application_credential_id);
    if (!credential || (credential.expires_at !== null && credential.expires_at <= now)) return undefined;
    const lent = new Set(await withImplied(reader, credential.roles));
    roles = roles.filter((role) => lent.has(role.id));
    applicationCredential = credential;
  }
  if (roles.length === 0 && scope.type !== "unscoped") return undefined;
  return { token, user, userDomain, scope, roles, applicationCredential };
}

async function rolesOf(reader: Reader, user: User, scope: BearerScope): Promise<Role[]> {
  switch (scope.type) {
    case "unscoped":
      return [];
    case "system":
      return effectiveRoles(reader, user.id, { type: "system", id: "all" });
    case "domain":
      return effectiveRoles(reader, user.id, { type: "domain", id: scope.domain.id });
    case "project":
      return effectiveRoles(reader, user.id, { type: "project", id: scope.project.id });
  }
}

/** undefined for a scope that is gone or disabled. */
async function scopeOf(reader: Reader, scope: Scope): Promise<BearerScope | undefined> {
  switch (scope.type) {
    case "unscoped":
    case "system":
      return scope;
    case "domain": {
      const domain = await domains.get(reader, scope.id);
      return domain?.enabled ? { type: "domain", domain } : undefined;
    }
    case "project": {
      const project = await projects.get(reader, scope.id);
      const domain = project?.enabled ? await domains.get(reader, project.domain_id) : undefined;
      return project && domain?.enabled ? { type: "project", project, domain } : undefined;
    }
  }
}
