/** A table of methods and paths, for the services whose resources have no common form. */

/** `path` without a slash at its beginning; `:name` takes any segment: `servers/:id/os-interface`. */
export interface Route<H> {
  readonly method: string;
  readonly path: string;
  readonly run: H;
}

/** The same as a table: `{ "GET v3/users/:user_id": show }`. */
export type Routes<H> = Readonly<Record<string, H>>;

export function routesOf<H>(table: Routes<H>): Route<H>[] {
  return Object.entries(table).map(([key, run]) => {
    const [method = "", path = ""] = key.split(" ");
    return { method, path, run };
  });
}

export type Found<H> =
  | { readonly kind: "found"; readonly run: H; readonly parameters: ReadonlyMap<string, string> }
  /** The path is there; these methods are. */
  | { readonly kind: "wrong-method"; readonly methods: readonly string[] }
  | { readonly kind: "none" };

export class Router<H> {
  private readonly routes: readonly (Route<H> & { readonly pattern: readonly string[] })[];

  /** The first that fits is taken: fixed segments before those that take any. */
  constructor(routes: readonly Route<H>[]) {
    this.routes = routes.map((route) => ({ ...route, pattern: route.path.split("/") }));
  }

  /** HEAD is a GET without its body. */
  find(method: string, path: readonly string[]): Found<H> {
    const there = this.routes.filter(({ pattern }) => fits(pattern, path));
    const route = there.find((one) => one.method === (method === "HEAD" ? "GET" : method));
    if (!route)
      return there.length === 0 ? { kind: "none" } : { kind: "wrong-method", methods: there.map((one) => one.method) };
    const named = route.pattern.flatMap((part, i): [string, string][] =>
      part.startsWith(":") ? [[part.slice(1), path[i] ?? ""]] : [],
    );
    return { kind: "found", run: route.run, parameters: new Map(named) };
  }
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((part, i) => part.startsWith(":") || part === path[i]);
}
