/** Keystone v3 over an Identity (`keystone/api/`). */
import { randomUUID } from "node:crypto";
import { IdentityError } from "../../identity/error.ts";
import type { Identity } from "../../identity/identity.ts";
import { isBodyTooLarge } from "../body.ts";
import type { RestReply, RestRequest, RestService } from "../http.ts";
import { Router, routesOf } from "../router.ts";
import { applicationCredentialRoutes } from "./application-credentials.ts";
import { authRoutes } from "./auth.ts";
import { hasNul } from "./body.ts";
import { type Call, type Caller, callerOf } from "./caller.ts";
import { catalogRoutes } from "./catalog.ts";
import { domainRoutes } from "./domains.ts";
import { failure, replyOf } from "./errors.ts";
import { grantRoutes } from "./grants.ts";
import { groupRoutes } from "./groups.ts";
import { projectRoutes } from "./projects.ts";
import { roleAssignmentRoutes } from "./role-assignments.ts";
import { roleRoutes } from "./roles.ts";
import { userRoutes } from "./users.ts";
import { versionRoutes } from "./versions.ts";

const router = new Router(
  [
    versionRoutes,
    authRoutes,
    userRoutes,
    applicationCredentialRoutes,
    groupRoutes,
    projectRoutes,
    domainRoutes,
    roleRoutes,
    grantRoutes,
    roleAssignmentRoutes,
    catalogRoutes,
  ].flatMap(routesOf),
);

/** What Keystone varies its answers by; keeps caches on the way from mixing them up. */
const HEADERS = { vary: "X-Auth-Token" };

export function identityService(identity: Identity): RestService {
  return async (request) => {
    const reply = await serve(identity, request);
    const headers = { ...HEADERS, "x-openstack-request-id": `req-${randomUUID()}`, ...reply.headers };
    return request.method === "HEAD" ? { status: reply.status, headers } : { ...reply, headers };
  };
}

async function serve(identity: Identity, request: RestRequest): Promise<RestReply> {
  const base = `${request.origin}/identity`;
  if ([...request.path, ...request.query.values()].some(hasNul))
    return failure(400, "The address has null characters.");
  const path = request.path.at(-1) === "" ? request.path.slice(0, -1) : request.path;
  const found = router.find(request.method, path.length === 0 ? [""] : path);
  try {
    switch (found.kind) {
      case "none":
        return failure(404, "The resource could not be found.");
      case "wrong-method":
        return failure(405, "The method is not allowed for the requested URL.", { allow: found.methods.join(", ") });
      case "found":
        return await found.run(callOf(identity, request, base, found.parameters));
    }
  } catch (error) {
    if (error instanceof IdentityError) return replyOf(error, base);
    if (isBodyTooLarge(error)) return failure(413, error.message);
    throw error;
  }
}

function callOf(identity: Identity, request: RestRequest, base: string, parameters: ReadonlyMap<string, string>): Call {
  let caller: Promise<Caller> | undefined;
  return {
    identity,
    request,
    base,
    source: request.source ?? "",
    parameter: (name) => parameters.get(name) ?? "",
    caller: () => {
      caller ??= callerOf(identity, request);
      return caller;
    },
  };
}
