/** Objects of the identity service as Keystone shows them. What Keystone does not know (`extra`) stands among the attributes. */
import type { ApplicationCredential, Domain, Group, Project, Role, User } from "../../identity/model.ts";

export function domainView({ id, name, description, enabled, tags, options, extra }: Domain) {
  return { ...extra, id, name, description, enabled, tags, options };
}

export function projectView({ extra, ...project }: Project) {
  return { ...extra, ...project, is_domain: false };
}

/** `default_project_id` is absent where there is none (`keystone/identity/backends/sql_model.py`). */
export function userView({ id, name, domain_id, enabled, default_project_id, options, extra }: User) {
  return {
    ...extra,
    id,
    name,
    domain_id,
    enabled,
    ...(default_project_id !== null && { default_project_id }),
    options,
    password_expires_at: null,
  };
}

export function groupView({ id, name, domain_id, description, extra }: Group) {
  return { ...extra, id, name, domain_id, description };
}

export function roleView({ id, name, domain_id, description, options, extra }: Role) {
  return { ...extra, id, name, domain_id, description, options };
}

/** @param roles those that it lends, not those that they imply */
export function applicationCredentialView(credential: ApplicationCredential, roles: readonly Role[]) {
  const { id, name, description, project_id, user_id, expires_at, unrestricted } = credential;
  return {
    id,
    name,
    description,
    project_id,
    user_id,
    expires_at: expires_at === null ? null : micros(expires_at),
    unrestricted,
    roles: roles.map((role) => ({ id: role.id, name: role.name, domain_id: role.domain_id })),
    system: null,
  };
}

/** `2026-11-21T11:51:54.000000Z` */
export function tokenTime(at: number): string {
  return `${micros(at)}Z`;
}

/** @param at milliseconds, with a fraction where there are microseconds */
function micros(at: number): string {
  const fraction = String(Math.round(at * 1000) % 1_000_000).padStart(6, "0");
  return `${new Date(at).toISOString().slice(0, 19)}.${fraction}`;
}
