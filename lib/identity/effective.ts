/**
 * What assignments amount to: through groups, down the tree of projects (inherited ones), and through implied roles.
 * `keystone/assignment/core.py`, list_role_assignments(effective=True).
 */
import type { Reader } from "../store/store.ts";
import { actorKey, assignments, domains, groups, inferences, projects, roles, targetKey } from "./collections.ts";
import type { Actor, Assignment, Project, Role, Target } from "./model.ts";
import { ancestors, subtree } from "./projects.ts";

/** The roles that a user has on a target: those of domains, which only imply others, are not among them. */
export async function effectiveRoles(reader: Reader, userId: string, target: Target): Promise<Role[]> {
  const above = await targetsAbove(reader, target);
  const held = await assignments.list(reader, {
    keys: { actor: (await actorsOf(reader, userId)).map(actorKey), target: [target, ...above].map(targetKey) },
  });
  const direct = targetKey(target);
  const holding = held.filter((one) => (targetKey(one.target) === direct) !== one.inherited);
  const ids = await withImplied(
    reader,
    holding.map((one) => one.role_id),
  );
  return (await roles.list(reader, { ids })).filter((role) => role.domain_id === null);
}

/** These roles and all that they imply. */
export async function withImplied(reader: Reader, ids: readonly string[]): Promise<string[]> {
  const all = await inferences.list(reader);
  const found = new Set(ids);
  // A set that grows while it is walked is walked to its new end.
  for (const id of found) for (const one of all) if (one.prior === id) found.add(one.implied);
  return [...found];
}

/** Projects on which the user has any role. */
export async function projectsOfUser(reader: Reader, userId: string): Promise<Project[]> {
  const ids = new Set<string>();
  for (const { target, inherited } of await assignmentsOfUser(reader, userId))
    for (const id of await projectsUnder(reader, target, inherited)) ids.add(id);
  return projects.list(reader, { ids: [...ids] });
}

/** Domains on which the user has any role. */
export async function domainsOfUser(reader: Reader, userId: string) {
  const held = await assignmentsOfUser(reader, userId);
  const ids = held.filter((one) => one.target.type === "domain" && !one.inherited).map((one) => one.target.id);
  return domains.list(reader, { ids });
}

/** The projects on which an assignment to `target` holds. */
export async function projectsUnder(reader: Reader, target: Target, inherited: boolean): Promise<string[]> {
  if (target.type === "project") {
    if (!inherited) return [target.id];
    return (await subtree(reader, target.id)).map((one) => one.id);
  }
  if (target.type === "system" || !inherited) return [];
  return (await projects.list(reader, { keys: { domain: target.id } })).map((one) => one.id);
}

async function assignmentsOfUser(reader: Reader, userId: string): Promise<Assignment[]> {
  return assignments.list(reader, { keys: { actor: (await actorsOf(reader, userId)).map(actorKey) } });
}

async function actorsOf(reader: Reader, userId: string): Promise<Actor[]> {
  const found = await groups.list(reader, { keys: { member: userId } });
  return [{ type: "user", id: userId }, ...found.map((group): Actor => ({ type: "group", id: group.id }))];
}

/** From where a target inherits. */
async function targetsAbove(reader: Reader, target: Target): Promise<Target[]> {
  if (target.type !== "project") return [];
  const project = await projects.get(reader, target.id);
  if (!project) return [];
  const parents = await ancestors(reader, project);
  return [
    ...parents.map((one): Target => ({ type: "project", id: one.id })),
    { type: "domain", id: project.domain_id },
  ];
}
