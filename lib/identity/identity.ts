/** The identity service: all of Keystone's business, and no HTTP (`rest/identity`). */
import { randomUUID } from "node:crypto";
import type { Store } from "../store/store.ts";
import { ApplicationCredentials } from "./application-credentials.ts";
import { Assignments } from "./assignments.ts";
import { Backing } from "./backing.ts";
import { SETUP_ID, setups, TRUST_KINDS } from "./collections.ts";
import type { Context } from "./context.ts";
import { BearerCache } from "./context-cache.ts";
import { Domains } from "./domains.ts";
import { unauthenticated } from "./error.ts";
import { Groups } from "./groups.ts";
import { type LoginRequest, Logins } from "./login.ts";
import type { User } from "./model.ts";
import { Projects } from "./projects.ts";
import { Roles } from "./roles.ts";
import { type Bearer, Tokens } from "./tokens.ts";
import { Users } from "./users.ts";

export interface IdentityOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Keystone's default is an hour. */
  readonly tokenLifetimeMs?: number;
}

const HOUR_MS = 3_600_000;

export class Identity {
  readonly domains: Domains;
  readonly projects: Projects;
  readonly users: Users;
  readonly groups: Groups;
  readonly roles: Roles;
  readonly assignments: Assignments;
  readonly applicationCredentials: ApplicationCredentials;
  /** Whether the first start was completed. */
  readonly setup: { isDone(): Promise<boolean>; done(): Promise<void> };
  readonly now: () => number;
  private readonly tokens: Tokens;
  private readonly logins: Logins;
  private readonly cache: BearerCache;
  private readonly passwordListeners: ((user: User) => void)[] = [];
  private readonly stop: () => void;

  constructor(store: Store, options: IdentityOptions = {}) {
    this.now = options.now ?? Date.now;
    const backing = new Backing(store, this.now, () => this.cache.clear());
    this.domains = new Domains(backing);
    this.projects = new Projects(backing);
    this.users = new Users(backing, (user) => {
      for (const listener of this.passwordListeners) listener(user);
    });
    this.groups = new Groups(backing);
    this.roles = new Roles(backing);
    this.assignments = new Assignments(backing);
    this.applicationCredentials = new ApplicationCredentials(backing);
    this.setup = {
      isDone: async () => (await setups.get(backing.read, SETUP_ID)) !== undefined,
      done: () =>
        backing.write(async (tx) => {
          if (!(await setups.get(tx, SETUP_ID))) await setups.insert(tx, { id: SETUP_ID });
        }),
    };
    this.tokens = new Tokens(backing, options.tokenLifetimeMs ?? HOUR_MS);
    this.cache = new BearerCache(this.now, (secret) => this.tokens.bearer(secret));
    this.logins = new Logins(this, this.tokens, this.now);
    this.stop = store.subscribe((event) => TRUST_KINDS.has(event.kind) && this.cache.clear());
  }

  /** Answers a token. Throws IdentityError `unauthenticated` or `too-many-attempts`. */
  login(request: LoginRequest): Promise<{ secret: string; bearer: Bearer }> {
    return this.logins.login(request);
  }

  /** All that a token says; undefined for one that is not valid (any more). */
  bearer(token: string): Promise<Bearer | undefined> {
    return this.cache.get(token);
  }

  /** Who asks, for the other services. */
  async context(token: string): Promise<Context | undefined> {
    const bearer = await this.cache.get(token);
    return bearer && contextOf(bearer);
  }

  /** Answers whether there was such a token. */
  revoke(token: string): Promise<boolean> {
    return this.tokens.revoke(token);
  }

  /** By the user's own hand. Throws `unauthenticated` when `original` is wrong. */
  async changePassword(userId: string, original: string, password: string, source: string): Promise<void> {
    if (!(await this.logins.verifyPassword(userId, original, source))) throw unauthenticated();
    await this.users.update(userId, { password });
  }

  /** Calls after a user has got another password, in this process. */
  onPasswordChange(listener: (user: User) => void): void {
    this.passwordListeners.push(listener);
  }

  close(): void {
    this.stop();
  }
}

export function contextOf(bearer: Bearer): Context {
  const project = bearer.scope.type === "project" ? bearer.scope.project : null;
  const roles = bearer.roles.map((role) => role.name);
  return {
    userId: bearer.user.id,
    userName: bearer.user.name,
    projectId: project?.id ?? null,
    projectName: project?.name ?? null,
    roles,
    isAdmin: roles.includes("admin"),
    requestId: `req-${randomUUID()}`,
  };
}
