/** `/v3/users/ID/application_credentials` (`keystone/api/users.py`). Each is its owner's own business. */

import { forbidden, IdentityError, invalid } from "../../identity/error.ts";
import type { ApplicationCredential, Role } from "../../identity/model.ts";
import type { Routes } from "../router.ts";
import { collection, member, NO_CONTENT } from "./answer.ts";
import { bodyOf } from "./body.ts";
import type { Call, Caller, Handler } from "./caller.ts";
import { applicationCredentialCreate } from "./schema.ts";
import { applicationCredentialView } from "./view.ts";

const PATH = "v3/users/:user_id/application_credentials";
const CREDENTIAL = `${PATH}/:credential_id`;

export const applicationCredentialRoutes: Routes<Handler> = {
  [`GET ${PATH}`]: async (call) => {
    const userId = call.parameter("user_id");
    await readable(call, "list_application_credentials");
    const found = await call.identity.applicationCredentials.list(userId);
    const views = await Promise.all(found.map((one) => viewOf(call, one)));
    return collection(call, "application_credentials", views, ["name"], ({ id }) => pathOf(userId, String(id)));
  },

  [`POST ${PATH}`]: async (call) => {
    const userId = call.parameter("user_id");
    const caller = await call.caller();
    const input = await bodyOf(call.request, "application_credential", applicationCredentialCreate);
    if (caller.userId !== userId) throw forbidden("Cannot create an application credential for another user.");
    refuseRestricted(caller);
    const { scope } = caller.bearer;
    if (scope.type !== "project") throw forbidden("identity:create_application_credential");
    if (input.access_rules && input.access_rules.length > 0)
      throw new IdentityError({
        reason: "not-supported",
        message: "Access rules of application credentials are not supported.",
      });
    const roles = input.roles?.length ? rolesAmong(caller, input.roles) : caller.bearer.roles;
    const { credential, secret } = await call.identity.applicationCredentials.create({
      name: input.name,
      description: input.description,
      user_id: userId,
      project_id: scope.project.id,
      roles: roles.map((role) => role.id),
      secret: input.secret,
      expires_at: expiry(input.expires_at),
      unrestricted: input.unrestricted,
    });
    const view = { ...applicationCredentialView(credential, roles), secret };
    return member(call, "application_credential", pathOf(userId, credential.id), view, 201);
  },

  [`GET ${CREDENTIAL}`]: async (call) => {
    const userId = call.parameter("user_id");
    await readable(call, "get_application_credential");
    const found = await call.identity.applicationCredentials.get(userId, call.parameter("credential_id"));
    return member(call, "application_credential", pathOf(userId, found.id), await viewOf(call, found));
  },

  [`DELETE ${CREDENTIAL}`]: async (call) => {
    const userId = call.parameter("user_id");
    const caller = await call.caller();
    caller.manages("delete_application_credential", caller.userId === userId);
    refuseRestricted(caller);
    await call.identity.applicationCredentials.remove(userId, call.parameter("credential_id"));
    return NO_CONTENT;
  },

  "GET v3/users/:user_id/access_rules": async (call) => {
    await readable(call, "list_access_rules");
    return collection(call, "access_rules", []);
  },
};

const pathOf = (userId: string, id: string) => `users/${userId}/application_credentials/${id}`;

async function readable(call: Call, action: string): Promise<void> {
  const caller = await call.caller();
  caller.reads(action, caller.userId === call.parameter("user_id"));
}

async function viewOf(call: Call, credential: ApplicationCredential) {
  return applicationCredentialView(credential, await call.identity.roles.list(credential.roles));
}

/** A credential makes no others, unless it was made to. */
function refuseRestricted({ bearer }: Caller): void {
  if (bearer.applicationCredential && !bearer.applicationCredential.unrestricted)
    throw forbidden(
      "Using method 'application_credential' is not allowed for managing additional application credentials.",
    );
}

function rolesAmong(
  { bearer }: Caller,
  wanted: readonly { id?: string | undefined; name?: string | undefined }[],
): Role[] {
  return wanted.map(({ id, name }) => {
    const role = bearer.roles.find((one) => (id === undefined ? one.name === name : one.id === id));
    if (role) return role;
    throw invalid(
      "roles",
      "Invalid application credential: Cannot create an application credential with unassigned role",
    );
  });
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?$/;

/** Milliseconds, with a fraction for microseconds. Without a time zone it is UTC. */
function expiry(text: string | null | undefined): number | null {
  if (!text) return null;
  const [, seconds = "", fraction = "0", zone = "Z"] = TIME.exec(text) ?? [];
  const at = Date.parse(`${seconds}${zone}`) + Math.floor(Number(fraction) * 1_000_000) / 1000;
  if (Number.isNaN(at))
    throw invalid(
      "expires_at",
      "Timestamp not in expected format. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.",
    );
  return at;
}
