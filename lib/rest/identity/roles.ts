/** `/v3/roles`, and which imply which (`keystone/api/roles.py`, `keystone/api/role_inferences.py`). */
import type { Role } from "../../identity/model.ts";
import type { Routes } from "../router.ts";
import { collection, member, NO_CONTENT } from "./answer.ts";
import { bodyOf } from "./body.ts";
import type { Call, Handler } from "./caller.ts";
import { roleCreate, roleUpdate } from "./schema.ts";
import { roleView } from "./view.ts";

const IMPLIED = "v3/roles/:prior_id/implies/:implied_id";

export const roleRoutes: Routes<Handler> = {
  "GET v3/roles": async (call) => {
    (await call.caller()).reads("list_roles");
    // Without the filter: those of no domain.
    const domain = call.request.query.get("domain_id");
    const roles = (await call.identity.roles.list()).filter((role) => role.domain_id === domain);
    return collection(call, "roles", roles.map(roleView), ["name"], ({ id }) => `roles/${id}`);
  },

  "POST v3/roles": async (call) => {
    (await call.caller()).manages("create_role");
    const role = await call.identity.roles.create(await bodyOf(call.request, "role", roleCreate));
    return member(call, "role", `roles/${role.id}`, roleView(role), 201);
  },

  "GET v3/roles/:role_id": async (call) => {
    (await call.caller()).reads("get_role");
    const role = await call.identity.roles.get(call.parameter("role_id"));
    return member(call, "role", `roles/${role.id}`, roleView(role));
  },

  "PATCH v3/roles/:role_id": async (call) => {
    (await call.caller()).manages("update_role");
    const changes = await bodyOf(call.request, "role", roleUpdate);
    const role = await call.identity.roles.update(call.parameter("role_id"), changes);
    return member(call, "role", `roles/${role.id}`, roleView(role));
  },

  "DELETE v3/roles/:role_id": async (call) => {
    (await call.caller()).manages("delete_role");
    await call.identity.roles.remove(call.parameter("role_id"));
    return NO_CONTENT;
  },

  "GET v3/roles/:prior_id/implies": async (call) => {
    (await call.caller()).reads("list_implied_roles");
    const prior = await call.identity.roles.get(call.parameter("prior_id"));
    const implies = (await call.identity.roles.implied(prior.id)).map((role) => brief(call, role));
    const self = `${call.base}/v3/roles/${prior.id}/implies`;
    return { status: 200, body: { role_inference: { prior_role: brief(call, prior), implies }, links: { self } } };
  },

  [`PUT ${IMPLIED}`]: async (call) => {
    (await call.caller()).manages("create_implied_role");
    await call.identity.roles.imply(call.parameter("prior_id"), call.parameter("implied_id"));
    return { status: 201, body: await inference(call) };
  },

  [`GET ${IMPLIED}`]: async (call) => {
    (await call.caller()).reads("get_implied_role");
    await call.identity.roles.checkImplied(call.parameter("prior_id"), call.parameter("implied_id"));
    return { status: call.request.method === "HEAD" ? 204 : 200, body: await inference(call) };
  },

  [`DELETE ${IMPLIED}`]: async (call) => {
    (await call.caller()).manages("delete_implied_role");
    await call.identity.roles.unimply(call.parameter("prior_id"), call.parameter("implied_id"));
    return NO_CONTENT;
  },

  "GET v3/role_inferences": async (call) => {
    (await call.caller()).reads("list_role_inference_rules");
    const roles = new Map((await call.identity.roles.list()).map((role) => [role.id, role]));
    const rules = Map.groupBy(await call.identity.roles.inferences(), (one) => one.prior);
    const role_inferences = [...rules].flatMap(([id, implied]) => {
      const prior = roles.get(id);
      const implies = implied.flatMap((one) => roles.get(one.implied) ?? []).map((role) => brief(call, role));
      return prior ? [{ prior_role: brief(call, prior), implies }] : [];
    });
    return { status: 200, body: { role_inferences } };
  },
};

async function inference(call: Call) {
  const prior = await call.identity.roles.get(call.parameter("prior_id"));
  const implied = await call.identity.roles.get(call.parameter("implied_id"));
  const self = `${call.base}/v3/roles/${prior.id}/implies/${implied.id}`;
  return { role_inference: { prior_role: brief(call, prior), implies: brief(call, implied) }, links: { self } };
}

function brief(call: Call, { id, name }: Role) {
  return { id, name, links: { self: `${call.base}/v3/roles/${id}` } };
}
