/** A token's body (`keystone/common/render_token.py`). */
import type { Bearer } from "../../identity/tokens.ts";
import { tokenTime } from "./view.ts";

/** @param catalog undefined where the client wants none */
export function tokenView(bearer: Bearer, catalog: unknown) {
  const { token, user, userDomain, scope, applicationCredential: credential } = bearer;
  return {
    methods: token.methods,
    user: { domain: brief(userDomain), id: user.id, name: user.name, password_expires_at: null },
    audit_ids: token.audit_ids,
    expires_at: tokenTime(token.expires_at),
    issued_at: tokenTime(token.issued_at),
    ...scopeView(bearer),
    ...(scope.type !== "unscoped" && catalog !== undefined && { catalog }),
    ...(credential && {
      application_credential: { id: credential.id, name: credential.name, restricted: !credential.unrestricted },
    }),
  };
}

function scopeView({ scope, roles }: Bearer) {
  switch (scope.type) {
    case "unscoped":
      return {};
    case "system":
      return { system: { all: true }, roles: roles.map(brief) };
    case "domain":
      return { domain: brief(scope.domain), roles: roles.map(brief) };
    case "project":
      return {
        project: { domain: brief(scope.domain), ...brief(scope.project) },
        is_domain: false,
        roles: roles.map(brief),
      };
  }
}

const brief = ({ id, name }: { readonly id: string; readonly name: string }) => ({ id, name });
