/** Members and collections as Keystone wraps them (`keystone/server/flask/common.py`). */
import type { RestReply } from "../http.ts";
import type { Call } from "./caller.ts";

type Entity = Readonly<Record<string, unknown>>;

export const NO_CONTENT: RestReply = { status: 204 };

/** `{"user": {…, "links": {"self": …}}}` */
export function member(call: Call, name: string, path: string, entity: Entity, status = 200): RestReply {
  return { status, body: { [name]: linked(call, path, entity) } };
}

export function linked(call: Call, path: string, entity: Entity): Entity {
  const links = { self: `${call.base}/v3/${path}` };
  return { ...entity, links };
}

/** `{"users": […], "links": {"next": null, "self": …, "previous": null}}`, filtered by the attributes of `filters`. */
export function collection(
  call: Call,
  name: string,
  entities: readonly Entity[],
  filters: readonly string[] = [],
  path?: (entity: Entity) => string,
): RestReply {
  const kept = entities.filter((entity) => matches(call.request.query, filters, entity));
  const listed = path ? kept.map((entity) => linked(call, path(entity), entity)) : kept;
  return { status: 200, body: { [name]: listed, links: { next: null, self: here(call), previous: null } } };
}

/** The address of this request. */
export function here(call: Call): string {
  const query = call.request.query.toString();
  const path = call.request.path.map(encodeURIComponent).join("/");
  return `${call.base}/${path}${query === "" ? "" : `?${query}`}`;
}

/** A flag in the query is on when it is there, unless it says otherwise (`query_filter_is_true`). */
export function flag(call: Call, name: string): boolean {
  const value = call.request.query.get(name);
  return value !== null && isTrue(value);
}

const FALSE = new Set(["0", "f", "false", "off", "n", "no"]);
const isTrue = (text: string) => !FALSE.has(text.toLowerCase());

const COMPARATORS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  "": (value, wanted) => value === wanted,
  contains: (value, wanted) => value.includes(wanted),
  icontains: (value, wanted) => value.toLowerCase().includes(wanted.toLowerCase()),
  startswith: (value, wanted) => value.startsWith(wanted),
  istartswith: (value, wanted) => value.toLowerCase().startsWith(wanted.toLowerCase()),
  endswith: (value, wanted) => value.endsWith(wanted),
  iendswith: (value, wanted) => value.toLowerCase().endsWith(wanted.toLowerCase()),
};

/** `name=x` and `name__contains=x`; others are no filters, as in Keystone. */
function matches(query: URLSearchParams, filters: readonly string[], entity: Entity): boolean {
  for (const [key, wanted] of query) {
    const [attribute = "", comparator = ""] = key.split("__");
    const compare = Object.hasOwn(COMPARATORS, comparator) ? COMPARATORS[comparator] : undefined;
    if (!compare || !filters.includes(attribute)) continue;
    const value = entity[attribute];
    const equal = typeof value === "boolean" ? value === isTrue(wanted) : compare(String(value ?? ""), wanted);
    if (!equal) return false;
  }
  return true;
}
