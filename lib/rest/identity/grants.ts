/**
 * Role grants: `/v3/{projects,domains}/ID/{users,groups}/ID/roles[/ID]`, `/v3/system/…`, and their inherited twins below
 * `/v3/OS-INHERIT` (`keystone/api/{projects,domains,system,os_inherit}.py`).
 */
import type { Grant } from "../../identity/assignments.ts";
import type { Actor, Target } from "../../identity/model.ts";
import type { Routes } from "../router.ts";
import { collection, NO_CONTENT } from "./answer.ts";
import type { Call, Handler } from "./caller.ts";
import { roleView } from "./view.ts";

const TARGETS: readonly Target["type"][] = ["project", "domain", "system"];
const ACTORS: readonly Actor["type"][] = ["user", "group"];

export const grantRoutes: Routes<Handler> = Object.assign(
  {},
  ...TARGETS.flatMap((target) =>
    ACTORS.flatMap((actor) => [
      routes(target, actor, false),
      ...(target === "system" ? [] : [routes(target, actor, true)]),
    ]),
  ),
);

function routes(target: Target["type"], actor: Actor["type"], inherited: boolean): Routes<Handler> {
  const place = target === "system" ? "system" : `${target}s/:target_id`;
  const list = `${inherited ? "v3/OS-INHERIT" : "v3"}/${place}/${actor}s/:actor_id/roles`;
  const end = inherited ? "/inherited_to_projects" : "";
  const one = `${list}/:role_id${end}`;
  const policy = target === "system" ? `system_grant_for_${actor}` : "grant";
  const grantOf = (call: Call): Grant => ({
    actor: { type: actor, id: call.parameter("actor_id") },
    target: target === "system" ? { type: "system", id: "all" } : { type: target, id: call.parameter("target_id") },
    role_id: call.parameter("role_id"),
    inherited,
  });
  return {
    [`GET ${list}${end}`]: async (call) => {
      (await call.caller()).reads(target === "system" ? `list_system_grants_for_${actor}` : "list_grants");
      const grant = grantOf(call);
      const roles = await call.identity.assignments.roles(grant.actor, grant.target, inherited);
      return collection(call, "roles", roles.map(roleView), [], ({ id }) => `roles/${id}`);
    },
    [`GET ${one}`]: async (call) => {
      (await call.caller()).reads(`check_${policy}`);
      await call.identity.assignments.check(grantOf(call));
      return NO_CONTENT;
    },
    [`PUT ${one}`]: async (call) => {
      (await call.caller()).manages(`create_${policy}`);
      await call.identity.assignments.grant(grantOf(call));
      return NO_CONTENT;
    },
    [`DELETE ${one}`]: async (call) => {
      (await call.caller()).manages(`revoke_${policy}`);
      await call.identity.assignments.revoke(grantOf(call));
      return NO_CONTENT;
    },
  };
}
