/** `/v3/users` (`keystone/api/users.py`, `keystone/common/policies/user.py`). */

import type { Routes } from "../router.ts";
import { collection, member, NO_CONTENT } from "./answer.ts";
import { bodyOf } from "./body.ts";
import type { Handler } from "./caller.ts";
import { passwordChange, userCreate, userUpdate } from "./schema.ts";
import { groupView, projectView, userView } from "./view.ts";

export const userRoutes: Routes<Handler> = {
  "GET v3/users": async (call) => {
    (await call.caller()).reads("list_users");
    const users = (await call.identity.users.list()).map(userView);
    return collection(call, "users", users, ["domain_id", "enabled", "name"], ({ id }) => `users/${id}`);
  },

  "POST v3/users": async (call) => {
    const caller = await call.caller();
    caller.manages("create_user");
    const user = await call.identity.users.create(await bodyOf(call.request, "user", userCreate), caller.domainId);
    return member(call, "user", `users/${user.id}`, userView(user), 201);
  },

  "GET v3/users/:user_id": async (call) => {
    const id = call.parameter("user_id");
    const caller = await call.caller();
    caller.reads("get_user", caller.userId === id);
    return member(call, "user", `users/${id}`, userView(await call.identity.users.get(id)));
  },

  "PATCH v3/users/:user_id": async (call) => {
    const id = call.parameter("user_id");
    (await call.caller()).manages("update_user");
    const changes = await bodyOf(call.request, "user", userUpdate);
    return member(call, "user", `users/${id}`, userView(await call.identity.users.update(id, changes)));
  },

  "DELETE v3/users/:user_id": async (call) => {
    (await call.caller()).manages("delete_user");
    await call.identity.users.remove(call.parameter("user_id"));
    return NO_CONTENT;
  },

  /** Without a token: who knows the password may change it, also when it is all that they know. */
  "POST v3/users/:user_id/password": async (call) => {
    const { original_password, password } = await bodyOf(call.request, "user", passwordChange);
    await call.identity.changePassword(call.parameter("user_id"), original_password, password, call.source);
    return NO_CONTENT;
  },

  "GET v3/users/:user_id/projects": async (call) => {
    const id = call.parameter("user_id");
    const caller = await call.caller();
    caller.reads("list_user_projects", caller.userId === id);
    const projects = (await call.identity.assignments.projectsOfUser(id)).map(projectView);
    return collection(call, "projects", projects, ["domain_id", "enabled", "name"], (one) => `projects/${one.id}`);
  },

  "GET v3/users/:user_id/groups": async (call) => {
    const id = call.parameter("user_id");
    const caller = await call.caller();
    caller.reads("list_groups_for_user", caller.userId === id);
    const groups = (await call.identity.groups.ofUser(id)).map(groupView);
    return collection(call, "groups", groups, ["name"], (one) => `groups/${one.id}`);
  },
};
