/** `/v3/role_assignments` (`keystone/api/role_assignments.py`). */
import type { Effective, GrantFilter } from "../../identity/assignments.ts";
import { invalid } from "../../identity/error.ts";
import type { Actor, Target } from "../../identity/model.ts";
import type { Routes } from "../router.ts";
import { collection, flag } from "./answer.ts";
import { Names } from "./assignment-names.ts";
import type { Call, Handler } from "./caller.ts";

export const roleAssignmentRoutes: Routes<Handler> = {
  "GET v3/role_assignments": async (call) => {
    const caller = await call.caller();
    const filter = filterOf(call);
    const { scope } = caller.bearer;
    // A project's admin sees its own tree.
    const own = scope.type === "project" && filter.target?.id === scope.project.id && caller.isAdmin;
    caller.reads(filter.subtree ? "list_role_assignments_for_tree" : "list_role_assignments", own);
    const found = flag(call, "effective")
      ? await call.identity.assignments.effective(filter)
      : await call.identity.assignments.list(filter);
    const names = flag(call, "include_names") ? await Names.load(call.identity) : undefined;
    return collection(
      call,
      "role_assignments",
      found.map((one) => view(call, one, names)),
    );
  },
};

function filterOf(call: Call): GrantFilter {
  const { query } = call.request;
  const value = (name: string) => query.get(name) || undefined;
  const [project, domain, system] = [value("scope.project.id"), value("scope.domain.id"), value("scope.system")];
  const [user, group, inherit] = [value("user.id"), value("group.id"), value("scope.OS-INHERIT:inherited_to")];
  const exclusive = (one: unknown, other: unknown, message: string) => {
    if (one && other) throw invalid("query", message);
  };
  exclusive(domain, project, "Specify a domain or project, not both");
  exclusive(domain, system, "Specify system or domain, not both");
  exclusive(project, system, "Specify system or project, not both");
  exclusive(user, group, "Specify a user or group, not both");
  if (flag(call, "effective")) {
    exclusive(group, true, "Combining effective and group filter will always result in an empty list.");
    exclusive(
      domain,
      inherit,
      "Combining effective, domain and inherited filters will always result in an empty list.",
    );
  }
  const subtree = flag(call, "include_subtree");
  if (subtree && !project)
    throw invalid("scope.project.id", "scope.project.id must be specified if include_subtree is also specified");
  return {
    actor: user ? { type: "user", id: user } : group ? { type: "group", id: group } : undefined,
    target: targetOf(project, domain, system),
    roleId: value("role.id"),
    inherited: inherit === undefined ? undefined : inherit === "projects",
    subtree,
  };
}

function targetOf(project?: string, domain?: string, system?: string): Target | undefined {
  if (project) return { type: "project", id: project };
  if (domain) return { type: "domain", id: domain };
  return system ? { type: "system", id: "all" } : undefined;
}

/** @param names present when the client wants names beside the ids */
function view(call: Call, one: Effective, names: Names | undefined) {
  const scope: Record<string, unknown> =
    one.target.type === "system"
      ? { system: { all: true } }
      : { [one.target.type]: { id: one.target.id, ...names?.[one.target.type](one.target.id) } };
  if (one.inherited) scope["OS-INHERIT:inherited_to"] = "projects";
  return {
    links: links(call, one),
    scope,
    [one.actor.type]: { id: one.actor.id, ...names?.[one.actor.type](one.actor.id) },
    role: { id: one.role_id, ...names?.role(one.role_id) },
  };
}

/** The grant that an assignment comes from, and how. */
function links(call: Call, { actor, target, role_id, inherited, via }: Effective) {
  const from: Target = via?.target ?? target;
  const who: Actor = via?.group ? { type: "group", id: via.group } : actor;
  const place = from.type === "system" ? "system" : `${from.type}s/${from.id}`;
  const path = `${place}/${who.type}s/${who.id}/roles/${via?.priorRole ?? role_id}`;
  const base = `${call.base}/v3`;
  return {
    assignment: inherited ? `${base}/OS-INHERIT/${path}/inherited_to_projects` : `${base}/${path}`,
    ...(via?.group && { membership: `${base}/groups/${via.group}/users/${actor.id}` }),
    ...(via?.priorRole && { prior_role: `${base}/prior_role/${via.priorRole}/implies/${role_id}` }),
  };
}
