/** Filters, sorting, pages and fields of a list: pure, over views. Source: neutron/api/api_common.py. */
import type { Attribute, Attributes, Json } from "./attribute.ts";
import { badRequest, httpBadRequest } from "./errors.ts";
import { repr } from "./kind/kind.ts";

export interface ListRequest {
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly fields: readonly string[];
  readonly sorts: readonly { readonly key: string; readonly ascending: boolean }[];
  readonly limit: number | undefined;
  readonly marker: string | undefined;
  readonly reverse: boolean;
}

const NO_FILTER = new Set(["fields", "limit", "marker", "page_reverse", "sort_key", "sort_dir"]);
/** Tag filters need no attribute of that name. neutron_lib/api/definitions/standardattrtag. */
const TAG_FILTERS = new Set(["tags", "tags-any", "not-tags", "not-tags-any"]);

/** Reads a query string. Unknown filters and sort keys, and bad numbers, throw. */
export function readListRequest(query: URLSearchParams, attributes: Attributes, tagged: boolean): ListRequest {
  const names = [...new Set(query.keys())].filter((name) => !NO_FILTER.has(name));
  const invalid = names.filter((name) => !(own(attributes, name)?.filter || (tagged && TAG_FILTERS.has(name))));
  if (invalid.length > 0) throw httpBadRequest(`${repr(invalid)} is invalid attribute for filtering`);
  const filters: Record<string, string[]> = {};
  for (const name of names) filters[name === "tenant_id" ? "project_id" : name] = query.getAll(name);
  return {
    filters,
    fields: query.getAll("fields").filter((name) => name !== ""),
    sorts: readSorts(query, attributes),
    limit: readLimit(query.get("limit")),
    marker: query.get("marker") || undefined,
    reverse: query.get("page_reverse")?.toLowerCase() === "true",
  };
}

/** Names come from clients: `constructor` is none of ours. */
function own(attributes: Attributes, name: string): Attribute | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

function readSorts(query: URLSearchParams, attributes: Attributes): ListRequest["sorts"] {
  const keys = query.getAll("sort_key").filter((one) => one !== "");
  const directions = query.getAll("sort_dir").filter((one) => one !== "");
  if (keys.length !== directions.length) throw httpBadRequest("The number of sort_keys and sort_dirs must be same");
  const absent = keys.filter((key) => !own(attributes, key)?.sort);
  if (absent.length > 0) throw httpBadRequest(`${repr(absent)} is invalid attribute for sort_keys`);
  const wrong = directions.filter((one) => one !== "asc" && one !== "desc");
  if (wrong.length > 0)
    throw httpBadRequest(`${repr(wrong)} is invalid value for sort_dirs, valid value is 'asc' and 'desc'`);
  return keys.map((key, i) => ({ key, ascending: directions[i] === "asc" }));
}

function readLimit(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (!/^\s*\+?\d+\s*$/.test(text))
    throw badRequest("limit", `Limit must be an integer 0 or greater and not '${text}'`);
  return Number(text) || undefined;
}

/** Views that all filters hold for. One on an attribute that a view lacks does not hold. */
export function filterViews(views: readonly Json[], filters: ListRequest["filters"], attributes: Attributes): Json[] {
  const tests = Object.entries(filters).map(([name, wanted]) => test(name, wanted, attributes[name]));
  return tests.length === 0 ? [...views] : views.filter((view) => tests.every((holds) => holds(view)));
}

function test(name: string, wanted: readonly string[], attribute: Attribute | undefined): (view: Json) => boolean {
  if (TAG_FILTERS.has(name)) return tagTest(name, wanted);
  if (attribute?.visible === false) return () => true; // Views lack it: the resource itself has sorted them out.
  if (attribute?.match) {
    const match = attribute.match;
    // One that no view shows is a wish of the list itself, which the resource heeds.
    return (view) => (attribute.visible === false || name in view) && match(view[name], wanted);
  }
  const values = wanted.map((text) => attribute?.kind.filter?.(text) ?? text);
  const texts = new Set(values.map(String));
  const holds = (value: unknown) => (value === null || value === undefined ? texts.has("") : texts.has(String(value)));
  return (view) => {
    const value = view[name];
    return Array.isArray(value) ? value.some(holds) : name in view && holds(value);
  };
}

/** `tags=a,b`: all of them; `tags-any`: one of them; `not-…`: the contrary. neutron/db/tag_db.py */
function tagTest(name: string, wanted: readonly string[]): (view: Json) => boolean {
  const tags = wanted.flatMap((text) => text.split(","));
  return (view) => {
    const has = new Set(Array.isArray(view.tags) ? view.tags : []);
    const found = name.endsWith("any") ? tags.some((tag) => has.has(tag)) : tags.every((tag) => has.has(tag));
    return name.startsWith("not-") ? !found : found;
  };
}

type Order = (a: Json, b: Json) => number;

/** By the sort keys, and by `key` after them when the list is paged, so that pages do not overlap; undefined: as they come. */
export function orderOf(request: ListRequest, key: string): Order | undefined {
  const sorts = [...request.sorts];
  if (request.limit !== undefined && !sorts.some((one) => one.key === key)) sorts.push({ key, ascending: true });
  if (sorts.length === 0) return undefined;
  return (a, b) => {
    for (const { key: name, ascending } of sorts) {
      const order = compare(a[name], b[name]);
      if (order !== 0) return ascending ? order : -order;
    }
    return 0;
  };
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [x, y] = [String(a), String(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export interface Page {
  readonly items: Json[];
  /** Identities that the links name; undefined: no such link. */
  readonly next?: string | undefined;
  readonly previous?: string | undefined;
  readonly paged: boolean;
}

/**
 * One page of sorted views. `next` and `previous` are there as Neutron says them: also on a full last page.
 * @param marker the object that the page begins behind; it need not be among the views: a filter may leave it out
 */
export function pageOf(views: Json[], request: ListRequest, key: string, marker: Json | undefined): Page {
  const { limit, reverse } = request;
  if (limit === undefined) return { items: views, paged: false };
  const items = reverse
    ? before(views, request, key, marker).slice(-limit)
    : after(views, request, key, marker).slice(0, limit);
  const full = items.length >= limit;
  const first = items[0]?.[key];
  const last = items.at(-1)?.[key];
  return {
    items,
    paged: true,
    ...(full || reverse ? { next: last === undefined ? "" : String(last) } : {}),
    ...(full || !reverse ? { previous: first === undefined ? "" : String(first) } : {}),
  };
}

function after(views: Json[], request: ListRequest, key: string, marker: Json | undefined): Json[] {
  const order = orderOf(request, key);
  return marker && order ? views.filter((view) => order(view, marker) > 0) : views;
}

function before(views: Json[], request: ListRequest, key: string, marker: Json | undefined): Json[] {
  const order = orderOf(request, key);
  return marker && order ? views.filter((view) => order(view, marker) < 0) : views;
}
