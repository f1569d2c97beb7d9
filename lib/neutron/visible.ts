/** What of a view its caller sees: attributes have rules of their own. Source: neutron/pecan_wsgi/hooks/policy_enforcement.py. */
import type { Json } from "./attribute.ts";
import { adminOnly, type Rule } from "./policy.ts";
import type { Call, Resource } from "./resource.ts";

interface Sight {
  /** Names that are seen, if no rule says otherwise. */
  readonly names: ReadonlySet<string>;
  /** What must be asked about each object. */
  readonly rules: readonly (readonly [string, Rule])[];
}

const sights = new WeakMap<Resource, { readonly admin: Sight; readonly others: Sight }>();

/** The view without what its attributes and the policy hide. Lists are long: a promise only where a rule needs one. */
export function shown(call: Call, resource: Resource, view: Json): Json | Promise<Json> {
  const { names, rules } = sight(call, resource);
  return rules.length === 0 ? without(view, names) : asked(call, view, names, rules);
}

async function asked(call: Call, view: Json, names: Sight["names"], rules: Sight["rules"]): Promise<Json> {
  const hidden: string[] = [];
  for (const [name, rule] of rules) if (name in view && !(await rule(call, view))) hidden.push(name);
  return without(view, hidden.length === 0 ? names : new Set([...names].filter((name) => !hidden.includes(name))));
}

function without(view: Json, names: ReadonlySet<string>): Json {
  let whole = true;
  for (const name in view) if (!names.has(name)) whole = false;
  if (whole) return view;
  const out: Record<string, unknown> = {};
  for (const name in view) if (names.has(name)) out[name] = view[name];
  return out;
}

function sight(call: Call, resource: Resource): Sight {
  let both = sights.get(resource);
  if (!both) {
    both = makeSights(resource);
    sights.set(resource, both);
  }
  return call.context.isAdmin ? both.admin : both.others;
}

function makeSights({ attributes, policy }: Resource): { admin: Sight; others: Sight } {
  const names = new Set(Object.keys(attributes).filter((name) => attributes[name]?.visible !== false));
  const all = Object.entries(policy.attributes ?? {}).flatMap(([name, { get }]) => (get ? [[name, get] as const] : []));
  const forAdmins = new Set(all.flatMap(([name, rule]) => (rule === adminOnly ? [name] : [])));
  return {
    admin: { names, rules: [] },
    others: {
      names: new Set([...names].filter((name) => !forAdmins.has(name))),
      rules: all.filter(([, rule]) => rule !== adminOnly),
    },
  };
}
