/** Who may do what: rules as functions. Source: neutron/conf/policies/*.py with the defaults of Zed, where old and new rules both hold. */
import type { Json } from "./attribute.ts";
import { NeutronError } from "./errors.ts";
import type { Call } from "./resource.ts";

/** `target`: the object as it would be after a create or update, else as it is. Administrators pass every rule, unasked. */
export type Rule = (call: Call, target: Json) => boolean | Promise<boolean>;

/** rule:regular_user: everybody with a token. */
export const anyone: Rule = () => true;

/** rule:admin_only. */
export const adminOnly: Rule = () => false;

/** rule:admin_or_owner. */
export const owner: Rule = ({ context }, target) =>
  context.projectId !== null && target.project_id === context.projectId;

export interface Policy {
  readonly create?: Rule;
  readonly get?: Rule;
  readonly update?: Rule;
  readonly remove?: Rule;
  /** Attributes (or `attribute:key` of a dictionary) with a rule of their own. */
  readonly attributes?: Readonly<
    Record<string, { readonly create?: Rule; readonly get?: Rule; readonly update?: Rule }>
  >;
}

export async function allowed(rule: Rule | undefined, call: Call, target: Json): Promise<boolean> {
  return call.context.isAdmin || rule === undefined || (await rule(call, target));
}

/** `names`: the rules that together were asked, as Neutron lists them: `create_network`, `create_network:shared`. */
export function forbidden(names: readonly string[]): NeutronError {
  const [action = "", ...rest] = names;
  const keysOf = (attribute: string) => rest.filter((name) => name.startsWith(`${attribute}:`));
  const text = rest
    .filter((name) => !rest.some((other) => name.startsWith(`${other}:`)))
    .reduce((all, name) => `(${all} and ${ruleText(name, keysOf(name))})`, `rule:${action}`);
  return new NeutronError("forbidden", "PolicyNotAuthorized", `${text} is disallowed by policy`);
}

/** An attribute's rule, and those of its keys together. */
function ruleText(name: string, keys: readonly string[]): string {
  if (keys.length === 0) return `rule:${name}`;
  return `(rule:${name} and (${keys.map((key) => `rule:${key}`).join(" and ")}))`;
}
