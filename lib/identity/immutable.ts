/** The option `immutable` of domains, projects and roles (`keystone/common/resource_options/core.py`). */
import { type IdentityError, refused } from "./error.ts";
import type { ResourceOptions } from "./model.ts";

type Type = "domain" | "project" | "role";
interface Held {
  readonly id: string;
  readonly options: ResourceOptions;
}

export function refuseImmutableDelete(type: Type, held: Held): void {
  if (held.options.immutable === true) throw immutable("delete", type, held.id);
}

/** @param options those that the update brings: one that lifts the option is let through */
export function refuseImmutableUpdate(type: Type, held: Held, options: ResourceOptions = {}): void {
  const lifted = "immutable" in options && options.immutable !== true;
  if (held.options.immutable === true && !lifted) throw immutable("update", type, held.id);
}

function immutable(verb: string, type: Type, id: string): IdentityError {
  return refused(
    `Unable to ${verb} immutable ${type} resource: \`${id}. Set resource option "immutable" to false first.`,
  );
}
