/** `/v3/auth`: tokens, and what one may be scoped to (`keystone/api/auth.py`). */

import { catalog } from "../../identity/catalog.ts";
import { IdentityError } from "../../identity/error.ts";
import type { RestReply } from "../http.ts";
import type { Routes } from "../router.ts";
import { collection, here, NO_CONTENT } from "./answer.ts";
import { loginRequest } from "./auth-request.ts";
import { jsonBody } from "./body.ts";
import type { Call, Handler } from "./caller.ts";
import { tokenView } from "./token-view.ts";
import { domainView, projectView } from "./view.ts";

export const authRoutes: Routes<Handler> = {
  "POST v3/auth/tokens": async (call) => {
    const request = loginRequest(await jsonBody(call.request), call.source);
    const { secret, bearer } = await call.identity.login(request);
    return tokenReply(201, secret, tokenView(bearer, catalogOf(call)));
  },

  "GET v3/auth/tokens": async (call) => {
    const { secret, bearer } = await subject(call, "validate_token");
    return tokenReply(200, secret, tokenView(bearer, catalogOf(call)));
  },

  "DELETE v3/auth/tokens": async (call) => {
    await call.identity.revoke((await subject(call, "revoke_token")).secret);
    return NO_CONTENT;
  },

  "GET v3/auth/projects": async (call) => {
    const { userId } = await call.caller();
    const projects = (await call.identity.assignments.projectsOfUser(userId)).map(projectView);
    return collection(call, "projects", projects, [], ({ id }) => `projects/${id}`);
  },

  "GET v3/auth/domains": async (call) => {
    const { userId } = await call.caller();
    const domains = (await call.identity.assignments.domainsOfUser(userId)).map(domainView);
    return collection(call, "domains", domains, [], ({ id }) => `domains/${id}`);
  },

  "GET v3/auth/system": async (call) => {
    const { userId } = await call.caller();
    const system = (await call.identity.assignments.hasSystemRole(userId)) ? [{ all: true }] : [];
    return { status: 200, body: { system, links: { self: here(call) } } };
  },

  "GET v3/auth/catalog": async (call) => {
    const { bearer } = await call.caller();
    if (bearer.scope.type === "unscoped" || bearer.scope.type === "domain")
      throw new IdentityError({
        reason: "forbidden",
        action: null,
        message: "You are not authorized to perform the requested action.",
      });
    return { status: 200, body: { catalog: catalog(call.request.origin), links: { self: here(call) } } };
  },
};

/** The token that the request is about. Those of oneself are one's own; admin and the system's readers see any. */
async function subject(call: Call, action: "validate_token" | "revoke_token") {
  const caller = await call.caller();
  const secret = call.request.headers.get("x-subject-token");
  const bearer = secret ? await call.identity.bearer(secret) : undefined;
  if (!secret || !bearer) throw noSuchToken();
  const own = bearer.user.id === caller.userId;
  if (action === "revoke_token") caller.manages(action, own);
  else caller.reads(action, own);
  return { secret, bearer };
}

function catalogOf(call: Call) {
  return call.request.query.has("nocatalog") ? undefined : catalog(call.request.origin);
}

function tokenReply(status: number, secret: string, token: unknown): RestReply {
  return { status, body: { token }, headers: { "x-subject-token": secret, "cache-control": "no-store" } };
}

function noSuchToken(): IdentityError {
  return new IdentityError({ reason: "not-found", kind: "token", message: "Failed to validate token" });
}
