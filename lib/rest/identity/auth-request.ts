/** The body of `POST /v3/auth/tokens` (`keystone/auth/schema.py`, `keystone/auth/core.py`). */
import { z } from "zod";
import { invalid, unauthenticated } from "../../identity/error.ts";
import type { LoginRequest, Method, NamedInDomain, ScopeRequest } from "../../identity/login.ts";
import { expecting, read } from "./body.ts";

const named = z.looseObject({ id: z.string().optional(), name: z.string().optional() });
const namedInDomain = z.looseObject({ ...named.shape, domain: named.optional() });
const scope = z.looseObject({
  project: namedInDomain.optional(),
  domain: named.optional(),
  system: z.looseObject({ all: z.boolean().optional() }).optional(),
  unscoped: z.unknown().optional(),
  "OS-TRUST:trust": z.unknown().optional(),
});
const auth = z.looseObject({
  identity: z.looseObject({
    methods: z.array(z.string()),
    password: z
      .looseObject({ user: z.looseObject({ ...namedInDomain.shape, password: z.string().optional() }).optional() })
      .optional(),
    token: z.looseObject({ id: z.string() }).optional(),
    application_credential: z
      .looseObject({ ...named.shape, user: namedInDomain.optional(), secret: z.string().optional() })
      .optional(),
  }),
  scope: z.union([scope, z.literal("unscoped")]).optional(),
});
type Auth = z.output<typeof auth>;

const METHODS = ["password", "token", "application_credential"] as const;

/** Throws `invalid` for what is malformed, `unauthenticated` for methods that there are not. */
export function loginRequest(body: Readonly<Record<string, unknown>>, source: string): LoginRequest {
  if (body.auth === undefined) throw expecting("auth", "request body");
  const request = read(body.auth, auth);
  if (request.identity.methods.length === 0) throw unauthenticated();
  return {
    methods: request.identity.methods.map((name) => methodOf(name, request)),
    scope: scopeOf(request.scope),
    source,
  };
}

function methodOf(name: string, { identity }: Auth): Method {
  const method = METHODS.find((one) => one === name);
  switch (method) {
    case "password": {
      const user = identity.password?.user;
      if (!user) throw expecting("user", "password");
      identified(user, "identity/password/user");
      if (user.password === undefined) throw expecting("password", "user");
      return { method, user: inDomain(user, "identity/password/user"), password: user.password };
    }
    case "token":
      if (!identity.token) throw expecting("token", "identity");
      return { method, token: identity.token.id };
    case "application_credential": {
      const credential = identity.application_credential;
      if (!credential) throw expecting("application_credential", "identity");
      if (credential.id === undefined && credential.name === undefined)
        throw expecting("name or ID", "application credential");
      if (credential.secret === undefined) throw expecting("secret", "application_credential");
      if (credential.id === undefined && !credential.user) throw expecting("user", "application credential");
      return { method, credential, user: credential.user, secret: credential.secret };
    }
    case undefined:
      if (!Object.hasOwn(identity, name)) throw expecting(name, "identity");
      throw unauthenticated(METHODS);
  }
}

function scopeOf(wanted: Auth["scope"]): ScopeRequest {
  if (wanted === undefined) return { type: "default" };
  if (wanted === "unscoped") return { type: "unscoped" };
  const kinds = ["project", "domain", "system", "unscoped", "OS-TRUST:trust"].filter((kind) => kind in wanted);
  if (kinds.length !== 1) throw expecting("system, project, domain, OS-TRUST:trust or unscoped", "scope");
  if (wanted.project) {
    identified(wanted.project, "scope/project");
    return { type: "project", project: inDomain(wanted.project, "scope/project") };
  }
  if (wanted.domain) {
    identified(wanted.domain, "scope/domain");
    return { type: "domain", domain: wanted.domain };
  }
  if (wanted.system) return { type: "system" };
  if ("unscoped" in wanted) return { type: "unscoped" };
  throw invalid("scope", "Trusts are not supported.");
}

function identified(one: { id?: string | undefined; name?: string | undefined }, field: string): void {
  if (one.id === undefined && one.name === undefined)
    throw invalid(field, `Invalid input for field ${field}: id or name must be present.`);
}

/** A name means something within a domain alone. */
function inDomain(one: NamedInDomain, field: string): NamedInDomain {
  if (one.domain) identified(one.domain, `${field}/domain`);
  else if (one.id === undefined) throw expecting("domain", field.slice(field.lastIndexOf("/") + 1));
  return one;
}
