/** The identity service's objects in the store: what they are found by, and what is unique. */
import { Collection } from "../store/collection.ts";
import type {
  Actor,
  ApplicationCredential,
  Assignment,
  Domain,
  Group,
  Project,
  Role,
  RoleInference,
  Secret,
  Target,
  Token,
  User,
} from "./model.ts";

export const nameIn = (domainId: string | null, name: string) => `${domainId ?? ""}/${name}`;
export const actorKey = (actor: Actor) => `${actor.type}/${actor.id}`;
export const targetKey = (target: Target) => `${target.type}/${target.id}`;

export const domains = new Collection<Domain>("domain", { unique: { name: (d) => d.name } });
export const projects = new Collection<Project>("project", {
  keys: { domain: (p) => p.domain_id, parent: (p) => p.parent_id },
  unique: { name: (p) => nameIn(p.domain_id, p.name) },
});
export const users = new Collection<User>("user", {
  keys: { domain: (u) => u.domain_id, default_project: (u) => u.default_project_id },
  unique: { name: (u) => nameIn(u.domain_id, u.name) },
});
export const groups = new Collection<Group>("group", {
  keys: { domain: (g) => g.domain_id, member: (g) => g.members },
  unique: { name: (g) => nameIn(g.domain_id, g.name) },
});
export const roles = new Collection<Role>("role", {
  keys: { domain: (r) => r.domain_id },
  unique: { name: (r) => nameIn(r.domain_id, r.name) },
});
export const inferences = new Collection<RoleInference>("role_inference", {
  keys: { prior: (i) => i.prior, implied: (i) => i.implied },
});
export const assignments = new Collection<Assignment>("role_assignment", {
  keys: { actor: (a) => actorKey(a.actor), target: (a) => targetKey(a.target), role: (a) => a.role_id },
});
export const applicationCredentials = new Collection<ApplicationCredential>("application_credential", {
  keys: { user: (c) => c.user_id, project: (c) => c.project_id, role: (c) => c.roles },
  unique: { name: (c) => `${c.user_id}/${c.name}` },
});
/** Silent: no event may carry a hash. */
export const secrets = new Collection<Secret>("secret", { silent: true });
export const tokens = new Collection<Token>("token", {
  silent: true,
  keys: {
    user: (t) => t.user_id,
    target: (t) => (t.scope.type === "project" || t.scope.type === "domain" ? `${t.scope.type}/${t.scope.id}` : null),
    application_credential: (t) => t.application_credential_id,
    expiry: (t) => expiryHour(t.expires_at),
  },
});

/** Holds one object once the first start was completed. */
export const setups = new Collection<{ readonly id: string }>("identity_setup", { silent: true });
export const SETUP_ID = "first-start";

/** Sorts as time does: `2026-11-21T10`. */
export const expiryHour = (at: number) => new Date(at).toISOString().slice(0, 13);

/** Kinds whose change may change what a token is worth. */
export const TRUST_KINDS: ReadonlySet<string> = new Set(
  [domains, projects, users, groups, roles, inferences, assignments, applicationCredentials].map((c) => c.kind),
);
