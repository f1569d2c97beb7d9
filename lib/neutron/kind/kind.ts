/**
 * Kinds of attribute values: what a client may write, what it becomes, and what Neutron says otherwise.
 * Source: neutron_lib/api/validators/__init__.py, neutron_lib/api/converters.py.
 */
import { invalidInput } from "../errors.ts";

export interface Kind<T> {
  /** Throws Invalid (a reason, to which the attribute's name is added) or a NeutronError of its own. */
  parse(value: unknown): T;
  /** A value of the query string, in the form that the view has; absent: as it is. */
  filter?(text: string): unknown;
}

/** Why a value is refused; the API says `Invalid input for ATTRIBUTE. Reason: REASON.` */
export class Invalid extends Error {}

/** A value as Python prints it in messages. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "object") return repr(value);
  return String(value);
}

/** Python's repr of JSON. */
export function repr(value: unknown): string {
  if (typeof value === "string")
    return value.includes("'") && !value.includes('"') ? `"${value}"` : `'${value.replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, one]) => `${repr(key)}: ${repr(one)}`)
      .join(", ")}}`;
  return show(value);
}

/** type:string. */
export function text(max?: number): Kind<string> {
  return {
    parse(value) {
      if (typeof value !== "string") throw new Invalid(`'${show(value)}' is not a valid string`);
      if (max !== undefined && [...value].length > max)
        throw new Invalid(`'${value}' exceeds maximum length of ${max}`);
      return value;
    },
  };
}

/** type:not_empty_string. */
export function filledText(max?: number): Kind<string> {
  const any = text(max);
  return {
    parse(value) {
      const parsed = any.parse(value);
      if (parsed.trim() === "") throw new Invalid(`'${parsed}' Blank strings are not permitted`);
      return parsed;
    },
  };
}

/** …_or_none. */
export function nullable<T>(kind: Kind<T>): Kind<T | null> {
  return { ...kind, parse: (value) => (value === null ? null : kind.parse(value)) };
}

const BOOLEANS = new Map<unknown, boolean>([
  ...["true", "1"].map((word) => [word, true] as const),
  ...["false", "0"].map((word) => [word, false] as const),
]);

function toBoolean(value: unknown): boolean {
  const known = BOOLEANS.get(typeof value === "string" ? value.toLowerCase() : show(value).toLowerCase());
  if (known === undefined) throw invalidInput(`'${show(value)}' cannot be converted to boolean`);
  return known;
}

/** convert_to_boolean. */
export const bool: Kind<boolean> = { parse: toBoolean, filter: toBoolean };

/** type:range after convert_to_int. */
export function integer(min?: number, max?: number): Kind<number> {
  const parse = (value: unknown): number => {
    const number =
      typeof value === "number"
        ? Math.trunc(value)
        : typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value)
          ? Number(value)
          : typeof value === "boolean"
            ? Number(value)
            : Number.NaN;
    if (!Number.isFinite(number)) throw invalidInput(`'${show(value)}' is not an integer`);
    if (min !== undefined && number < min) throw new Invalid(`'${number}' is too small - must be at least '${min}'`);
    if (max !== undefined && number > max)
      throw new Invalid(`'${number}' is too large - must be no larger than '${max}'`);
    return number;
  };
  return { parse, filter: (value) => (/^[+-]?\d+$/.test(value) ? Number(value) : value) };
}

/** constants.UUID_PATTERN: hyphens and case are free, as with Neutron. */
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** type:uuid. */
export const uuid: Kind<string> = {
  parse(value) {
    if (typeof value !== "string" || !UUID.test(value)) throw new Invalid(`'${show(value)}' is not a valid UUID`);
    return value;
  },
};

/** type:values. `display`: how the message names the set; an attribute's own check names none. */
export function oneOf<const V extends readonly (string | number | null)[]>(
  values: V,
  display = "valid_values",
): Kind<V[number]> {
  return {
    parse(value) {
      const found = values.find((one) => one === value);
      if (found === undefined) throw new Invalid(`${show(value)} is not in ${display}`);
      return found;
    },
  };
}

/** type:list_of_items with unique members. */
export function uniqueList<T>(item: Kind<T>): Kind<T[]> {
  return {
    parse(value) {
      if (!Array.isArray(value)) throw new Invalid(`'${show(value)}' is not a list`);
      const texts = value.map((one) => JSON.stringify(one));
      const twice = [...new Set(value.filter((_, i) => texts.indexOf(texts[i] ?? "") !== i).map(show))];
      if (twice.length > 0) throw new Invalid(`Duplicate items in the list: '${twice.join(", ")}'`);
      return value.map((one) => item.parse(one));
    },
  };
}

/** Whatever JSON: the plugin looks at it itself. */
export const anything: Kind<unknown> = { parse: (value) => value };
