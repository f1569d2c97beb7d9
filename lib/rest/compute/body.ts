/** Bodies by zod, refused in Nova's words. Source: nova/api/validation/validators.py. */
import type { z } from "zod";
import { ComputeError } from "../../compute/errors.ts";
import { show } from "../../neutron/kind/kind.ts";
import { isTooDeep } from "../body.ts";
import type { RestRequest } from "../http.ts";

export async function body<S extends z.ZodType>(request: RestRequest, schema: S): Promise<z.output<S>> {
  const text = await request.text();
  if (isTooDeep(text ?? "")) throw new ComputeError("bad-request", "Malformed request body");
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    throw new ComputeError("bad-request", "Malformed request body");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.at(-1);
  if (issue?.code === "unrecognized_keys")
    throw unexpected(field === undefined ? undefined : String(field), ...issue.keys);
  const path = issue?.path ?? [];
  const at = valueAt(value, path);
  throw new ComputeError(
    "bad-request",
    at === undefined
      ? `Invalid input for field/attribute ${String(path.at(-2) ?? "body")}. Value: ${shortly(valueAt(value, path.slice(0, -1)))}. '${String(field ?? "body")}' is a required property`
      : `Invalid input for field/attribute ${String(field ?? "body")}. Value: ${shortly(at)}. ${issue?.message ?? ""}`,
  );
}

/** @param field that has the keys; the body has none */
export function unexpected(field: string | undefined, ...keys: readonly string[]): ComputeError {
  const named = keys.map((key) => `'${key}'`).join(", ");
  const message = `Additional properties are not allowed (${named} ${keys.length === 1 ? "was" : "were"} unexpected)`;
  return new ComputeError(
    "bad-request",
    field === undefined ? message : `Invalid input for field/attribute ${field}. ${message}`,
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (one, key) => (typeof one === "object" && one !== null ? Reflect.get(one, key) : undefined),
    value,
  );
}

function shortly(value: unknown): string {
  return show(value).slice(0, 200);
}
