/** Reads a request's body as a JSON object, whatever its Content-Type says. neutron/pecan_wsgi/hooks/body_validation.py */
import type { Json } from "../../neutron/attribute.ts";
import { httpBadRequest } from "../../neutron/errors.ts";
import type { RestRequest } from "../http.ts";

/** Objects and lists within each other: more than any resource has, and less than any stack holds. */
const DEEPEST = 64;

/** No body at all is an empty object: what is missing in it is said then. */
export async function readBody(request: RestRequest): Promise<Json> {
  const text = await request.text();
  if (text === undefined || text === "") return {};
  if (isTooDeep(text)) throw httpBadRequest("Body contains invalid data");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw httpBadRequest("Body contains invalid data");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw httpBadRequest("Body contains invalid data");
  return value as Json; // What JSON.parse calls an object.
}

export async function refuseBody(request: RestRequest): Promise<void> {
  if (await request.text()) throw httpBadRequest("Request body is not supported in DELETE.");
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/gs)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}
