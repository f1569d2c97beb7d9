/** From what a client proves to a token (`keystone/api/_shared/authentication.py`, `keystone/auth/`). */
import type { Tx } from "../store/store.ts";
import type { ApplicationCredentials } from "./application-credentials.ts";
import { Attempts } from "./attempts.ts";
import { secrets, tokens } from "./collections.ts";
import type { Domains } from "./domains.ts";
import { forbidden, unauthenticated } from "./error.ts";
import type { ApplicationCredential, Scope, Token, User } from "./model.ts";
import type { Projects } from "./projects.ts";
import type { Bearer, Tokens } from "./tokens.ts";
import type { Users } from "./users.ts";

export interface Named {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}
export interface NamedInDomain extends Named {
  readonly domain?: Named | undefined;
}

export type Method =
  | { readonly method: "password"; readonly user: NamedInDomain; readonly password: string }
  | { readonly method: "token"; readonly token: string }
  | {
      readonly method: "application_credential";
      readonly credential: Named;
      /** Needed with a name. */
      readonly user?: NamedInDomain | undefined;
      readonly secret: string;
    };

/** `default`: the user's default project where that is possible, else unscoped. */
export type ScopeRequest =
  | { readonly type: "default" | "unscoped" | "system" }
  | { readonly type: "project"; readonly project: NamedInDomain }
  | { readonly type: "domain"; readonly domain: Named };

export interface LoginRequest {
  readonly methods: readonly Method[];
  readonly scope: ScopeRequest;
  /** Where the client is, for counting failures. */
  readonly source: string;
}

/** What one method proved. `still` is asked again within the transaction that issues the token. */
interface Proof {
  readonly user: User;
  readonly still: (tx: Tx) => Promise<boolean>;
  readonly parent?: Token;
  readonly credential?: ApplicationCredential;
}

interface Parts {
  readonly domains: Domains;
  readonly projects: Projects;
  readonly users: Users;
  readonly applicationCredentials: ApplicationCredentials;
}

export class Logins {
  private readonly parts: Parts;
  private readonly tokens: Tokens;
  private readonly attempts: Attempts;
  private readonly now: () => number;

  constructor(parts: Parts, tokens: Tokens, now: () => number) {
    this.parts = parts;
    this.tokens = tokens;
    this.attempts = new Attempts(now);
    this.now = now;
  }

  /** Throws `unauthenticated` for whatever is wrong, so that nothing is learned from the answer, or `too-many-attempts`. */
  async login(request: LoginRequest): Promise<{ secret: string; bearer: Bearer }> {
    const proofs: Proof[] = [];
    for (const method of request.methods) {
      const proof = await this.prove(method, request.source);
      if (!proof?.user.enabled) throw unauthenticated();
      proofs.push(proof);
    }
    const [first] = proofs;
    if (!first || proofs.some((one) => one.user.id !== first.user.id)) throw unauthenticated();
    const parent = proofs.find((one) => one.parent)?.parent ?? null;
    const credential = proofs.find((one) => one.credential)?.credential;
    const fresh = {
      userId: first.user.id,
      methods: [...new Set([...request.methods.map((one) => one.method), ...(parent?.methods ?? [])])],
      applicationCredentialId: credential?.id ?? parent?.application_credential_id ?? null,
      parent,
    };
    const still = async (tx: Tx) => {
      for (const proof of proofs) if (!(await proof.still(tx))) return false;
      return true;
    };
    for (const scope of await this.scopes(request.scope, first.user, credential, parent)) {
      const issued = await this.tokens.issue({ ...fresh, scope }, still);
      if (issued) return issued;
    }
    throw unauthenticated();
  }

  /** Counts as a login does. */
  async verifyPassword(userId: string, password: string, source: string): Promise<boolean> {
    const user = await this.parts.users.find(userId);
    const hash = await this.verify(userId, source, user?.id, password);
    return hash !== undefined && user?.enabled === true;
  }

  private prove(method: Method, source: string): Promise<Proof | undefined> {
    switch (method.method) {
      case "password":
        return this.provePassword(method.user, method.password, source);
      case "token":
        return this.proveToken(method.token);
      case "application_credential":
        return this.proveCredential(method, source);
    }
  }

  private async provePassword(named: NamedInDomain, password: string, source: string): Promise<Proof | undefined> {
    const user = await this.findUser(named);
    const account = user?.id ?? JSON.stringify([named.domain, named.id, named.name]);
    const hash = await this.verify(account, source, user?.id, password);
    if (!user || hash === undefined) return undefined;
    const current = await this.parts.users.refreshHash(user.id, password, hash);
    return { user, still: (tx) => holds(tx, user.id, current) };
  }

  private async proveToken(secret: string): Promise<Proof | undefined> {
    const bearer = await this.tokens.bearer(secret);
    if (!bearer) return undefined;
    const { token, user } = bearer;
    return { user, parent: token, still: async (tx) => (await tokens.get(tx, token.id)) !== undefined };
  }

  private async proveCredential(
    { credential: named, user: owner, secret }: Extract<Method, { method: "application_credential" }>,
    source: string,
  ): Promise<Proof | undefined> {
    const credential = await this.findCredential(named, owner);
    const account = `application credential ${credential?.id ?? JSON.stringify(named)}`;
    const hash = await this.verify(account, source, credential?.id, secret);
    if (!credential || hash === undefined) return undefined;
    if (credential.expires_at !== null && credential.expires_at <= this.now()) return undefined;
    const user = await this.parts.users.get(credential.user_id);
    return { user, credential, still: (tx) => holds(tx, credential.id, hash) };
  }

  private async verify(account: string, source: string, id: string | undefined, password: string) {
    let hash: string | undefined;
    await this.attempts.check(account, source, async () => {
      hash = await this.parts.users.matchingHash(id, password);
      return hash !== undefined;
    });
    return hash;
  }

  /** Those to try, in this order. */
  private async scopes(
    request: ScopeRequest,
    user: User,
    credential: ApplicationCredential | undefined,
    parent: Token | null,
  ): Promise<Scope[]> {
    if (credential) {
      if (request.type !== "default" && request.type !== "unscoped") {
        const asked = await this.findScope(request);
        if (asked?.type !== "project" || asked.id !== credential.project_id) throw unauthenticated();
      }
      return [{ type: "project", id: credential.project_id }];
    }
    // A delegation stays what it is (`keystone/auth/plugins/token.py`).
    if (parent?.application_credential_id) throw forbidden("rescope a scoped token");
    switch (request.type) {
      case "unscoped":
        return [{ type: "unscoped" }];
      case "default": {
        const id = user.default_project_id;
        return [...(id === null || parent ? [] : [{ type: "project", id } as const]), { type: "unscoped" }];
      }
      case "system":
      case "domain":
      case "project": {
        const scope = await this.findScope(request);
        return scope ? [scope] : [];
      }
    }
  }

  private async findScope(request: ScopeRequest): Promise<Scope | undefined> {
    switch (request.type) {
      case "default":
      case "unscoped":
        return { type: "unscoped" };
      case "system":
        return { type: "system" };
      case "domain": {
        const id = await this.findDomain(request.domain);
        return id === undefined ? undefined : { type: "domain", id };
      }
      case "project": {
        const { id, name, domain } = request.project;
        if (id !== undefined) return { type: "project", id };
        const domainId = await this.findDomain(domain);
        if (domainId === undefined || name === undefined) return undefined;
        const project = await this.parts.projects.byName(domainId, name);
        return project && { type: "project", id: project.id };
      }
    }
  }

  private async findUser({ id, name, domain }: NamedInDomain): Promise<User | undefined> {
    if (id !== undefined) return this.parts.users.find(id);
    const domainId = await this.findDomain(domain);
    return domainId === undefined || name === undefined ? undefined : this.parts.users.byName(domainId, name);
  }

  private async findCredential(
    { id, name }: Named,
    owner: NamedInDomain | undefined,
  ): Promise<ApplicationCredential | undefined> {
    if (id !== undefined) return this.parts.applicationCredentials.find(id);
    const user = owner && (await this.findUser(owner));
    return user && name !== undefined ? this.parts.applicationCredentials.byName(user.id, name) : undefined;
  }

  /** Its id, where it is named by one that exists. */
  private async findDomain(named: Named | undefined): Promise<string | undefined> {
    if (named?.id !== undefined) return named.id;
    if (named?.name === undefined) return undefined;
    return (await this.parts.domains.byName(named.name))?.id;
  }
}

async function holds(tx: Tx, id: string, hash: string): Promise<boolean> {
  return (await secrets.get(tx, id))?.hash === hash;
}
