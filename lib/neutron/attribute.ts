/** Attribute tables: what each attribute of a resource may be, who may set it, and how a request's body is read by them. */
import { httpBadRequest, NeutronError } from "./errors.ts";
import { Invalid, type Kind } from "./kind/kind.ts";

export interface Attribute<T = unknown> {
  readonly kind: Kind<T>;
  /** May stand in a create. */
  readonly post?: boolean;
  /** May stand in an update. */
  readonly put?: boolean;
  /** Of a create that does not name it. `undefined` given explicitly: none, and not required. */
  readonly default?: T | undefined;
  /** Stands in answers; true when absent. */
  readonly visible?: boolean;
  readonly filter?: boolean;
  readonly sort?: boolean;
  /** How a filter's texts are held against a view's value, where equality does not do (`fixed_ips=subnet_id=…`). */
  readonly match?: (value: unknown, wanted: readonly string[]) => boolean;
}

export type Attributes = Readonly<Record<string, Attribute>>;

/** The values of a create: those with a default of its type are there, others may not be. */
export type Values<A extends Attributes> = {
  readonly [K in keyof A]: A[K] extends { kind: Kind<infer T> }
    ? A[K] extends { default: infer D }
      ? undefined extends D
        ? T | undefined
        : T
      : T
    : never;
};

export type Json = { readonly [key: string]: unknown };

/** Reads the attributes of a create: unknown ones, those not allowed and those of a wrong kind throw. api/v2/base.py prepare_request_body. */
export function readCreate(attributes: Attributes, body: Json): Record<string, unknown> {
  refuseUnknown(attributes, body);
  const values: Record<string, unknown> = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    const given = body[name];
    if (attribute.post) {
      if (given !== undefined) values[name] = given;
      else if (!("default" in attribute))
        throw httpBadRequest(`Failed to parse request. Required attribute '${name}' not specified`, name);
      else if (attribute.default !== undefined) values[name] = attribute.default;
    } else if (given !== undefined) throw httpBadRequest(`Attribute '${name}' not allowed in POST`, name);
  }
  return convert(attributes, values);
}

/** Reads the attributes of an update: those that the body has. */
export function readUpdate(attributes: Attributes, body: Json): Record<string, unknown> {
  refuseUnknown(attributes, body);
  const values: Record<string, unknown> = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    if (!Object.hasOwn(body, name)) continue;
    if (!attribute.put) throw httpBadRequest(`Cannot update read-only attribute ${name}`, name);
    values[name] = body[name];
  }
  return convert(attributes, values);
}

function refuseUnknown(attributes: Attributes, body: Json): void {
  const unknown = Object.keys(body).filter((name) => !Object.hasOwn(attributes, name));
  if (unknown.length > 0) throw httpBadRequest(`Unrecognized attribute(s) '${unknown.join(", ")}'`, unknown[0]);
}

function convert(attributes: Attributes, values: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(values)) {
    const attribute = attributes[name];
    if (!attribute || value === attribute.default) continue;
    values[name] = parseAttribute(name, attribute.kind, value);
  }
  return values;
}

/** One value; a reason gets the attribute's name. */
export function parseAttribute<T>(name: string, kind: Kind<T>, value: unknown): T {
  try {
    return kind.parse(value);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    const message = `Invalid input for ${name}. Reason: ${error.message}.`;
    throw new NeutronError("bad-request", "HTTPBadRequest", message, name);
  }
}
