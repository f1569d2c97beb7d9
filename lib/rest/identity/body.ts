/**
 * Request bodies. What is wrong with one is said as Keystone's schema validation says it
 * (`keystone/common/validation/validators.py`; the words are those of Python's jsonschema, without its dump of the schema).
 */
import type { z } from "zod";
import { type IdentityError, invalid } from "../../identity/error.ts";
import type { RestRequest } from "../http.ts";

/** The JSON object of a request's body; an empty one where there is none. */
export async function jsonBody(request: RestRequest): Promise<Record<string, unknown>> {
  const text = await request.text();
  if (text === undefined || text === "") return {};
  const type = request.headers.get("content-type") ?? "";
  if (type !== "" && !/^application\/(json|[a-z.-]+\+json)\b/i.test(type))
    throw expecting("application/json", "Content-Type header");
  const value = parse(text);
  if (!isObject(value)) throw expecting("valid JSON", "request body");
  refuseStrange(value);
  return value;
}

/** Deeper than any body that means something; printing and storing a value recurse. */
const MAX_DEPTH = 50;

/** PostgreSQL's text has no place for the character NUL. */
export const hasNul = (text: string) => text.includes("\0");

function refuseStrange(body: unknown): void {
  const rest: [value: unknown, depth: number][] = [[body, 0]];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const [value, depth] = next;
    if (depth > MAX_DEPTH) throw invalid("body", `The request body is nested deeper than ${MAX_DEPTH} levels.`);
    if (typeof value === "string" && hasNul(value)) throw invalid("body", "The request body has null characters.");
    if (typeof value !== "object" || value === null) continue;
    for (const [key, one] of Object.entries(value)) rest.push([key, depth], [one, depth + 1]);
  }
}

/** One member of the body (`{"user": {…}}`), as `schema` reads it. */
export async function bodyOf<T>(request: RestRequest, member: string, schema: z.ZodType<T>): Promise<T> {
  const body = await jsonBody(request);
  return read(body[member] ?? {}, schema);
}

export function read<T>(value: unknown, schema: z.ZodType<T>): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (!issue) throw invalid("body", "The request body is not valid.");
  const problem = problemOf(issue, at(value, issue.path));
  const path = issue.path.map(String).join("/");
  const own = issue.code === "invalid_type" && issue.input === undefined && at(value, issue.path) === undefined;
  // A property that is missing is a fault of the object that lacks it.
  const place = own ? issue.path.slice(0, -1).map(String).join("/") : path;
  throw invalid(path, place === "" ? problem : `Invalid input for field '${place}': ${problem}`);
}

/** `keystone/exception.py`, ValidationError. */
export function expecting(attribute: string, target: string): IdentityError {
  return invalid(
    attribute,
    `Expecting to find ${attribute} in ${target}. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.`,
  );
}

function problemOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      if (value === undefined) return `'${String(issue.path.at(-1))}' is a required property`;
      return `${python(value)} is not of type ${JSON_TYPES[issue.expected] ?? `'${issue.expected}'`}`;
    case "invalid_union":
      return `${python(value)} is not of a type that is allowed here`;
    case "too_small":
      if (issue.origin === "array" || issue.origin === "string") return `${python(value)} is too short`;
      return `${python(value)} does not have enough properties`;
    case "too_big":
      return `${python(value)} is too long`;
    case "invalid_format":
      return `${python(value)} does not match ${python(issue.pattern ?? issue.format)}`;
    case "unrecognized_keys":
      return `Additional properties are not allowed (${issue.keys.map(python).join(", ")} ${issue.keys.length > 1 ? "were" : "was"} unexpected)`;
    case "invalid_value":
      return `${python(value)} is not one of [${issue.values.map((one) => python(one)).join(", ")}]`;
    case "not_multiple_of":
    case "invalid_key":
    case "invalid_element":
    case "custom":
      return issue.message;
  }
}

const JSON_TYPES: Readonly<Record<string, string>> = {
  string: "'string'",
  boolean: "'boolean'",
  array: "'array'",
  object: "'object'",
  record: "'object'",
};

/** As Python prints it, cut short. */
export function python(value: unknown): string {
  const text = repr(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function repr(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string")
    return value.includes("'") && !value.includes('"') ? `"${value}"` : `'${value.replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  if (isObject(value))
    return `{${Object.entries(value)
      .map(([key, one]) => `${repr(key)}: ${repr(one)}`)
      .join(", ")}}`;
  return String(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw expecting("valid JSON", "request body");
  }
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (one, key) => (typeof one === "object" && one !== null ? Reflect.get(one, key) : undefined),
    value,
  );
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
