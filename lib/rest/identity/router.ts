/** Paths of an API as a table: `GET v3/users/:user_id`. */
import type { Handler } from "./caller.ts";

export type Routes = Readonly<Record<string, Handler>>;

interface Route {
  readonly method: string;
  readonly pattern: readonly string[];
  readonly handler: Handler;
}

export type Found =
  | { readonly found: "handler"; readonly handler: Handler; readonly parameters: ReadonlyMap<string, string> }
  /** The path is there; these methods are. */
  | { readonly found: "path"; readonly methods: readonly string[] }
  | { readonly found: "nothing" };

export class Router {
  private readonly routes: readonly Route[];

  /** @param tables keys are a method and a pattern; `:name` takes any segment */
  constructor(...tables: readonly Routes[]) {
    this.routes = tables.flatMap((table) =>
      Object.entries(table).map(([key, handler]) => {
        const [method = "", path = ""] = key.split(" ");
        return { method, pattern: path.split("/"), handler };
      }),
    );
  }

  find(method: string, path: readonly string[]): Found {
    const there = this.routes.filter(({ pattern }) => fits(pattern, path));
    const route = there.find((one) => one.method === method);
    if (!route)
      return there.length === 0 ? { found: "nothing" } : { found: "path", methods: there.map((one) => one.method) };
    const named = route.pattern.flatMap((part, i): [string, string][] =>
      part.startsWith(":") ? [[part.slice(1), path[i] ?? ""]] : [],
    );
    return { found: "handler", handler: route.handler, parameters: new Map(named) };
  }
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((part, i) => part.startsWith(":") || part === path[i]);
}
