/** Who has which role where (`keystone/assignment/core.py`). */
import type { Reader, Tx } from "../store/store.ts";
import type { Backing } from "./backing.ts";
import { actorKey, assignments, groups, inferences, roles, targetKey } from "./collections.ts";
import { getDomain } from "./domains.ts";
import { domainsOfUser, projectsOfUser, projectsUnder } from "./effective.ts";
import { IdentityError, invalid, refused } from "./error.ts";
import { getGroup } from "./groups.ts";
import type { Actor, Assignment, Domain, Project, Role, Target } from "./model.ts";
import { getProject, subtree } from "./projects.ts";
import { getRole } from "./roles.ts";
import { removeApplicationCredentials } from "./trust.ts";
import { getUser } from "./users.ts";

export interface Grant {
  readonly actor: Actor;
  readonly target: Target;
  readonly role_id: string;
  readonly inherited: boolean;
}

/** An effective assignment, and which one it comes from. */
export interface Effective extends Grant {
  readonly via?: {
    readonly group?: string | undefined;
    readonly target?: Target | undefined;
    readonly priorRole?: string | undefined;
  };
}

export interface GrantFilter {
  readonly actor?: Actor | undefined;
  readonly target?: Target | undefined;
  readonly roleId?: string | undefined;
  readonly inherited?: boolean | undefined;
  /** With a project: also the projects below it. */
  readonly subtree?: boolean | undefined;
}

const idOf = (grant: Grant) =>
  [actorKey(grant.actor), targetKey(grant.target), grant.role_id, grant.inherited ? "inherited" : "direct"].join("/");

export class Assignments {
  private readonly backing: Backing;
  constructor(backing: Backing) {
    this.backing = backing;
  }

  grant(grant: Grant): Promise<void> {
    return this.backing.write(async (tx) => {
      await this.refuseMismatch(tx, grant);
      const id = idOf(grant);
      if (!(await assignments.get(tx, id))) await assignments.insert(tx, { id, ...grant });
    });
  }

  /** Throws `not-found` when it is not there. */
  async check(grant: Grant): Promise<void> {
    await this.ensureThere(this.backing.read, grant);
    if (!(await assignments.get(this.backing.read, idOf(grant)))) throw noSuchGrant(grant);
  }

  /** The actor may be gone already. */
  revoke(grant: Grant): Promise<void> {
    return this.backing.write(async (tx) => {
      await getRole(tx, grant.role_id);
      await ensureTarget(tx, grant.target);
      if (!(await assignments.remove(tx, idOf(grant)))) throw noSuchGrant(grant);
      // What rested on the role ends. Tokens are judged by the roles that are left, whenever they are used.
      for (const project of await projectsUnder(tx, grant.target, grant.inherited))
        for (const user of await usersOf(tx, grant.actor)) await removeApplicationCredentials(tx, { user, project });
    });
  }

  /** Roles that were granted directly. */
  async roles(actor: Actor, target: Target, inherited: boolean): Promise<Role[]> {
    const reader = this.backing.read;
    await ensureActor(reader, actor);
    await ensureTarget(reader, target);
    const found = await this.list({ actor, target, inherited });
    return Promise.all(found.map((one) => getRole(reader, one.role_id)));
  }

  async list(filter: GrantFilter): Promise<Assignment[]> {
    const reader = this.backing.read;
    const found = await assignments.list(reader, { keys: await this.keys(filter) });
    return found.filter((one) => filter.inherited === undefined || one.inherited === filter.inherited);
  }

  /** Groups replaced by their members, inherited ones by those of the projects below, and implied roles added. */
  async effective(filter: GrantFilter): Promise<Effective[]> {
    const reader = this.backing.read;
    const implications = await inferences.list(reader);
    const targets = filter.target && new Set((await this.targets(filter)).map(targetKey));
    const found = new Map<string, Effective>();
    const all = await assignments.list(reader);
    for (const one of all)
      for (const placed of await this.spread(reader, one)) {
        if (filter.inherited !== undefined && one.inherited !== filter.inherited) continue;
        if (filter.actor && actorKey(placed.actor) !== actorKey(filter.actor)) continue;
        if (targets && !targets.has(targetKey(placed.target))) continue;
        for (const role of imply(placed, implications)) found.set(JSON.stringify([idOf(role), role.via]), role);
      }
    // Roles of domains only imply others.
    const global = new Set((await roles.list(reader)).flatMap((role) => (role.domain_id === null ? [role.id] : [])));
    const wanted = (id: string) => global.has(id) && (filter.roleId === undefined || id === filter.roleId);
    return [...found.values()].filter((one) => wanted(one.role_id));
  }

  async projectsOfUser(userId: string): Promise<Project[]> {
    await getUser(this.backing.read, userId);
    return projectsOfUser(this.backing.read, userId);
  }

  domainsOfUser(userId: string): Promise<Domain[]> {
    return domainsOfUser(this.backing.read, userId);
  }

  async hasSystemRole(userId: string): Promise<boolean> {
    const reader = this.backing.read;
    const actors = [userId, ...(await groups.list(reader, { keys: { member: userId } })).map((group) => group.id)];
    const held = await assignments.list(reader, { keys: { target: targetKey({ type: "system", id: "all" }) } });
    return held.some((one) => actors.includes(one.actor.id));
  }

  private async spread(reader: Reader, one: Assignment): Promise<Effective[]> {
    const actors = await usersOf(reader, one.actor);
    const targets = one.inherited
      ? (await projectsUnder(reader, one.target, true)).map((id): Target => ({ type: "project", id }))
      : [one.target];
    const group = one.actor.type === "group" ? one.actor.id : undefined;
    const target = one.inherited ? one.target : undefined;
    return targets.flatMap((place) =>
      actors.map(
        (id): Effective => ({
          actor: { type: "user", id },
          target: place,
          role_id: one.role_id,
          inherited: one.inherited,
          ...((group || target) && { via: { group, target } }),
        }),
      ),
    );
  }

  private async keys(filter: GrantFilter): Promise<Record<string, string | string[]>> {
    return {
      ...(filter.actor && { actor: actorKey(filter.actor) }),
      ...(filter.target && { target: (await this.targets(filter)).map(targetKey) }),
      ...(filter.roleId !== undefined && { role: filter.roleId }),
    };
  }

  private async targets({ target, subtree: below }: GrantFilter): Promise<Target[]> {
    if (!target) return [];
    if (!below || target.type !== "project") return [target];
    const under = await subtree(this.backing.read, target.id);
    return [target, ...under.map((one): Target => ({ type: "project", id: one.id }))];
  }

  private async refuseMismatch(tx: Tx, grant: Grant): Promise<void> {
    const role = await this.ensureThere(tx, grant);
    if (role.domain_id === null) return;
    if (grant.target.type === "system")
      throw invalid(
        "role_id",
        `Role ${role.id} is a domain-specific role. Unable to use a domain-specific role in a system assignment.`,
      );
    if (grant.target.type === "project" && (await getProject(tx, grant.target.id)).domain_id !== role.domain_id)
      throw refused(`Project ${grant.target.id} must be in the same domain as the role ${role.id} being assigned.`);
  }

  private async ensureThere(reader: Reader, grant: Grant): Promise<Role> {
    const role = await getRole(reader, grant.role_id);
    await ensureActor(reader, grant.actor);
    await ensureTarget(reader, grant.target);
    return role;
  }
}

function imply(one: Effective, implications: readonly { prior: string; implied: string }[]): Effective[] {
  const found = new Map([[one.role_id, one]]);
  for (const [prior] of found)
    for (const { prior: from, implied } of implications)
      if (from === prior && !found.has(implied))
        found.set(implied, { ...one, role_id: implied, via: { ...one.via, priorRole: prior } });
  return [...found.values()];
}

async function usersOf(reader: Reader, actor: Actor): Promise<readonly string[]> {
  if (actor.type === "user") return [actor.id];
  return (await groups.get(reader, actor.id))?.members ?? [];
}

async function ensureActor(reader: Reader, actor: Actor): Promise<void> {
  if (actor.type === "user") await getUser(reader, actor.id);
  else await getGroup(reader, actor.id);
}

async function ensureTarget(reader: Reader, target: Target): Promise<void> {
  switch (target.type) {
    case "project":
      await getProject(reader, target.id);
      return;
    case "domain":
      await getDomain(reader, target.id);
      return;
    case "system":
      return;
  }
}

function noSuchGrant(grant: Grant): IdentityError {
  const target = grant.target.type === "system" ? "system" : grant.target.id;
  return new IdentityError({
    reason: "not-found",
    kind: "role assignment",
    message: `Could not find role assignment with role: ${grant.role_id}, user or group: ${grant.actor.id}, project, domain, or system: ${target}.`,
  });
}
