/** Bodies by zod, refused in Nova's words. Source: nova/api/validation/validators.py. */
import type { z } from "zod";
import { ComputeError } from "../../compute/errors.ts";
import type { RestRequest } from "../http.ts";

export async function body<S extends z.ZodType>(request: RestRequest, schema: S): Promise<z.output<S>> {
  const text = await request.text();
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
  if (issue?.code === "unrecognized_keys") {
    const keys = issue.keys.map((key) => `'${key}'`).join(", ");
    throw new ComputeError(
      "bad-request",
      `Invalid input for field/attribute ${field === undefined ? "body" : String(field)}. Additional properties are not allowed (${keys} was unexpected)`,
    );
  }
  const at = issue?.path.reduce<unknown>(
    (one, key) => (typeof one === "object" && one !== null ? Reflect.get(one, key) : undefined),
    value,
  );
  throw new ComputeError(
    "bad-request",
    at === undefined
      ? `Invalid input for field/attribute ${String(issue?.path.at(-2) ?? "body")}. '${String(field ?? "body")}' is a required property`
      : `Invalid input for field/attribute ${String(field ?? "body")}. Value: ${JSON.stringify(at).slice(0, 200)}. ${issue?.message ?? ""}`,
  );
}
