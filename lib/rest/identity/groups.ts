/** `/v3/groups` (`keystone/api/groups.py`). */

import type { Routes } from "../router.ts";
import { collection, member, NO_CONTENT } from "./answer.ts";
import { bodyOf } from "./body.ts";
import type { Handler } from "./caller.ts";
import { groupCreate, groupUpdate } from "./schema.ts";
import { groupView, userView } from "./view.ts";

export const groupRoutes: Routes<Handler> = {
  "GET v3/groups": async (call) => {
    (await call.caller()).reads("list_groups");
    const groups = (await call.identity.groups.list()).map(groupView);
    return collection(call, "groups", groups, ["domain_id", "name"], ({ id }) => `groups/${id}`);
  },

  "POST v3/groups": async (call) => {
    const caller = await call.caller();
    caller.manages("create_group");
    const group = await call.identity.groups.create(await bodyOf(call.request, "group", groupCreate), caller.domainId);
    return member(call, "group", `groups/${group.id}`, groupView(group), 201);
  },

  "GET v3/groups/:group_id": async (call) => {
    (await call.caller()).reads("get_group");
    const id = call.parameter("group_id");
    return member(call, "group", `groups/${id}`, groupView(await call.identity.groups.get(id)));
  },

  "PATCH v3/groups/:group_id": async (call) => {
    (await call.caller()).manages("update_group");
    const id = call.parameter("group_id");
    const changes = await bodyOf(call.request, "group", groupUpdate);
    return member(call, "group", `groups/${id}`, groupView(await call.identity.groups.update(id, changes)));
  },

  "DELETE v3/groups/:group_id": async (call) => {
    (await call.caller()).manages("delete_group");
    await call.identity.groups.remove(call.parameter("group_id"));
    return NO_CONTENT;
  },

  "GET v3/groups/:group_id/users": async (call) => {
    (await call.caller()).reads("list_users_in_group");
    const users = (await call.identity.groups.members(call.parameter("group_id"))).map(userView);
    return collection(call, "users", users, ["domain_id", "enabled", "name"], ({ id }) => `users/${id}`);
  },

  "PUT v3/groups/:group_id/users/:user_id": async (call) => {
    (await call.caller()).manages("add_user_to_group");
    await call.identity.groups.add(call.parameter("group_id"), call.parameter("user_id"));
    return NO_CONTENT;
  },

  "GET v3/groups/:group_id/users/:user_id": async (call) => {
    const caller = await call.caller();
    caller.reads("check_user_in_group", caller.userId === call.parameter("user_id"));
    await call.identity.groups.check(call.parameter("group_id"), call.parameter("user_id"));
    return NO_CONTENT;
  },

  "DELETE v3/groups/:group_id/users/:user_id": async (call) => {
    (await call.caller()).manages("remove_user_from_group");
    await call.identity.groups.take(call.parameter("group_id"), call.parameter("user_id"));
    return NO_CONTENT;
  },
};
