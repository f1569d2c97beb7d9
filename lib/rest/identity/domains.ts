/** `/v3/domains` (`keystone/api/domains.py`, `keystone/common/policies/domain.py`). */

import type { Routes } from "../router.ts";
import { collection, member, NO_CONTENT } from "./answer.ts";
import { bodyOf } from "./body.ts";
import type { Handler } from "./caller.ts";
import { domainCreate, domainUpdate } from "./schema.ts";
import { domainView } from "./view.ts";

export const domainRoutes: Routes<Handler> = {
  "GET v3/domains": async (call) => {
    (await call.caller()).reads("list_domains");
    const domains = (await call.identity.domains.list()).map(domainView);
    return collection(call, "domains", domains, ["enabled", "name"], ({ id }) => `domains/${id}`);
  },

  "POST v3/domains": async (call) => {
    (await call.caller()).manages("create_domain");
    const domain = await call.identity.domains.create(await bodyOf(call.request, "domain", domainCreate));
    return member(call, "domain", `domains/${domain.id}`, domainView(domain), 201);
  },

  "GET v3/domains/:domain_id": async (call) => {
    const id = call.parameter("domain_id");
    const caller = await call.caller();
    const { scope } = caller.bearer;
    // One's own is in one's token anyway.
    caller.reads("get_domain", (scope.type === "domain" || scope.type === "project") && scope.domain.id === id);
    return member(call, "domain", `domains/${id}`, domainView(await call.identity.domains.get(id)));
  },

  "PATCH v3/domains/:domain_id": async (call) => {
    (await call.caller()).manages("update_domain");
    const id = call.parameter("domain_id");
    const changes = await bodyOf(call.request, "domain", domainUpdate);
    return member(call, "domain", `domains/${id}`, domainView(await call.identity.domains.update(id, changes)));
  },

  "DELETE v3/domains/:domain_id": async (call) => {
    (await call.caller()).manages("delete_domain");
    await call.identity.domains.remove(call.parameter("domain_id"));
    return NO_CONTENT;
  },
};
