/**
 * One request of one bearer, and what policy lets it do. The rules are Keystone's defaults with `enforce_scope = False`
 * (`keystone/common/policies/base.py`): the role admin anywhere manages everything; reader on the system reads everything;
 * everybody else sees and changes what is their own.
 */
import { forbidden, unauthenticated } from "../../identity/error.ts";
import type { Identity } from "../../identity/identity.ts";
import type { Bearer } from "../../identity/tokens.ts";
import type { RestReply, RestRequest } from "../http.ts";

export interface Call {
  readonly identity: Identity;
  readonly request: RestRequest;
  /** Where the service is, without a slash at its end: `http://127.0.0.1:3000/identity`. */
  readonly base: string;
  /** Where the client is, for counting failed logins. */
  readonly source: string;
  /** The value of a parameter of the path. */
  parameter(name: string): string;
  /** Throws `unauthenticated`. */
  caller(): Promise<Caller>;
}

export type Handler = (call: Call) => Promise<RestReply>;

export class Caller {
  readonly bearer: Bearer;
  /** As the client sent it. */
  readonly token: string;
  readonly isAdmin: boolean;
  private readonly readsAll: boolean;

  constructor(bearer: Bearer, token: string) {
    const roles = new Set(bearer.roles.map((role) => role.name));
    this.bearer = bearer;
    this.token = token;
    this.isAdmin = roles.has("admin");
    this.readsAll = this.isAdmin || (bearer.scope.type === "system" && roles.has("reader"));
  }

  get userId(): string {
    return this.bearer.user.id;
  }

  /** Where what is made without a domain goes (`keystone/server/flask/common.py`, _normalize_domain_id). */
  get domainId(): string {
    const { scope } = this.bearer;
    return scope.type === "domain" || scope.type === "project" ? scope.domain.id : "default";
  }

  /** @param own whether it is the caller's own */
  manages(action: string, own = false): void {
    if (!this.isAdmin && !own) throw forbidden(`identity:${action}`);
  }

  reads(action: string, own = false): void {
    if (!this.readsAll && !own) throw forbidden(`identity:${action}`);
  }
}

export async function callerOf(identity: Identity, request: RestRequest): Promise<Caller> {
  const token = request.headers.get("x-auth-token");
  const bearer = token ? await identity.bearer(token) : undefined;
  if (!bearer || !token) throw unauthenticated();
  return new Caller(bearer, token);
}
