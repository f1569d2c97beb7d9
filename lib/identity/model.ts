/** What the identity service keeps. Documents of the store; the attributes are Keystone's (`keystone/{resource,identity,assignment}/schema.py`). */

/** Attributes that Keystone does not know and keeps all the same (`email`, …). */
export type Extra = Readonly<Record<string, unknown>>;
export type ResourceOptions = Readonly<Record<string, unknown>>;

export interface Domain {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly tags: readonly string[];
  readonly options: ResourceOptions;
  readonly extra: Extra;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly domain_id: string;
  /** Another project, or the domain. */
  readonly parent_id: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly tags: readonly string[];
  readonly options: ResourceOptions;
  readonly extra: Extra;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly domain_id: string;
  readonly enabled: boolean;
  readonly default_project_id: string | null;
  readonly options: ResourceOptions;
  readonly extra: Extra;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly domain_id: string;
  readonly description: string;
  readonly extra: Extra;
  /** Ids of users. */
  readonly members: readonly string[];
}

export interface Role {
  readonly id: string;
  readonly name: string;
  /** null: may be assigned anywhere; else in that domain's projects alone. */
  readonly domain_id: string | null;
  readonly description: string | null;
  readonly options: ResourceOptions;
  readonly extra: Extra;
}

/** Who has `prior` has `implied`, too. */
export interface RoleInference {
  /** `prior/implied`. */
  readonly id: string;
  readonly prior: string;
  readonly implied: string;
}

export type Actor = { readonly type: "user" | "group"; readonly id: string };
export type Target =
  | { readonly type: "project" | "domain"; readonly id: string }
  | { readonly type: "system"; readonly id: "all" };

export interface Assignment {
  readonly id: string;
  readonly actor: Actor;
  readonly target: Target;
  readonly role_id: string;
  /** Holds in the projects below the target, and not in the target itself (OS-INHERIT). */
  readonly inherited: boolean;
}

export interface ApplicationCredential {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly user_id: string;
  readonly project_id: string;
  /** Ids. */
  readonly roles: readonly string[];
  /** Milliseconds since 1970. */
  readonly expires_at: number | null;
  readonly unrestricted: boolean;
}

/** An argon2id hash, of the user or application credential of this id. Kept apart, and silent: events carry whole objects. */
export interface Secret {
  readonly id: string;
  readonly hash: string;
}

export type Scope =
  | { readonly type: "unscoped" }
  | { readonly type: "project" | "domain"; readonly id: string }
  | { readonly type: "system" };

export interface Token {
  /** SHA-256 of the token, in hex: the token itself is nowhere. */
  readonly id: string;
  readonly user_id: string;
  readonly methods: readonly string[];
  readonly scope: Scope;
  /** Its own, and that of the first token that it was made from. */
  readonly audit_ids: readonly string[];
  /** Milliseconds since 1970. */
  readonly issued_at: number;
  readonly expires_at: number;
  readonly application_credential_id: string | null;
}
