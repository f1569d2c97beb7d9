/** Reads a request's body as a JSON object, whatever its Content-Type says. neutron/pecan_wsgi/hooks/body_validation.py */
import type { Json } from "../../neutron/attribute.ts";
import { httpBadRequest } from "../../neutron/errors.ts";
import { isTooDeep } from "../body.ts";
import type { RestRequest } from "../http.ts";

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
