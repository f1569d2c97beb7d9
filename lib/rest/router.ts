/** A table of methods and paths, for the services whose resources have no common form. */
import type { RestReply, RestRequest } from "./http.ts";

/** `:name` takes a segment: `servers/:id/os-interface`. */
export interface Endpoint<C> {
  readonly method: string;
  readonly path: string;
  run(context: C, request: RestRequest, parameters: Readonly<Record<string, string>>): Promise<RestReply>;
}

export type Match<C> =
  | { readonly kind: "found"; readonly endpoint: Endpoint<C>; readonly parameters: Record<string, string> }
  | { readonly kind: "wrong-method" }
  | { readonly kind: "none" };

/** The first endpoint that fits: name fixed segments before those that take any. */
export function match<C>(endpoints: readonly Endpoint<C>[], method: string, path: readonly string[]): Match<C> {
  let wrongMethod = false;
  for (const endpoint of endpoints) {
    const parameters = fits(endpoint.path.split("/"), path);
    if (!parameters) continue;
    if (endpoint.method === (method === "HEAD" ? "GET" : method)) return { kind: "found", endpoint, parameters };
    wrongMethod = true;
  }
  return wrongMethod ? { kind: "wrong-method" } : { kind: "none" };
}

function fits(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== path.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    const given = path[i] ?? "";
    if (part.startsWith(":")) parameters[part.slice(1)] = given;
    else if (part !== given) return undefined;
  }
  return parameters;
}
