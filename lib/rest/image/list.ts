/** A list of images, cut and ordered as `glance/api/v2/images.py` does. */
import { ComputeError } from "../../compute/errors.ts";
import type { RestReply } from "../http.ts";

type View = Readonly<Record<string, unknown>>;

const FILTERS = ["name", "visibility", "status", "owner", "id", "container_format", "disk_format"];
const SORT_KEYS = ["name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at"];
/** glance/common/config.py limit_param_default, api_limit_max */
const DEFAULT_LIMIT = 25;
const GREATEST_LIMIT = 1000;

export function imageList(views: readonly View[], query: URLSearchParams): RestReply {
  const limit = limitOf(query.get("limit"));
  const found = views.filter((view) => FILTERS.every((key) => passes(view, key, query)));
  const ordered = sorted(found, query);
  const marker = query.get("marker");
  const from = marker === null ? 0 : ordered.findIndex((one) => one.id === marker) + 1;
  if (marker !== null && from === 0) throw new ComputeError("bad-request", `No image found with ID ${marker}`);
  const images = ordered.slice(from, from + limit);
  const last = images.at(-1);
  const next =
    last !== undefined && images.length === limit ? { next: address(query, { marker: String(last.id) }) } : {};
  return { status: 200, body: { images, first: address(query), schema: "/v2/schemas/images", ...next } };
}

/** One value, or several after `in:`. */
function passes(view: View, key: string, query: URLSearchParams): boolean {
  const wanted = query.getAll(key);
  if (wanted.length === 0) return true;
  return wanted.flatMap((one) => (one.startsWith("in:") ? one.slice(3).split(",") : [one])).includes(String(view[key]));
}

function limitOf(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new ComputeError("bad-request", "limit param must be an integer");
  const limit = Number(text);
  if (limit < 0) throw new ComputeError("bad-request", "limit param must be positive");
  return Math.min(limit, GREATEST_LIMIT);
}

/** By the newest first, else as `sort=name:asc,size` or `sort_key` and `sort_dir` say. */
function sorted(views: readonly View[], query: URLSearchParams): View[] {
  const keys = query.has("sort")
    ? (query.get("sort") ?? "").split(",").map((one) => one.trim().split(":"))
    : query.getAll("sort_key").map((key, i) => [key, query.getAll("sort_dir")[i] ?? query.getAll("sort_dir")[0]]);
  for (const [key = "", direction = "desc"] of keys) {
    if (!SORT_KEYS.includes(key))
      throw new ComputeError("bad-request", `Invalid sort key: ${key}. It must be one of: ${SORT_KEYS.join(", ")}.`);
    if (direction !== "asc" && direction !== "desc")
      throw new ComputeError("bad-request", `Invalid sort direction: ${direction}`);
  }
  const newest = views.toReversed(); // They come in the order in which they were made.
  return newest.sort((a, b) => {
    for (const [key = "", direction = "desc"] of keys) {
      const order = compare(a[key], b[key]);
      if (order !== 0) return direction === "asc" ? order : -order;
    }
    return 0;
  });
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [one, other] = [String(a ?? ""), String(b ?? "")];
  return one < other ? -1 : one > other ? 1 : 0;
}

function address(query: URLSearchParams, more: Readonly<Record<string, string>> = {}): string {
  const own = new URLSearchParams(query);
  own.delete("marker");
  for (const [key, value] of Object.entries(more)) own.set(key, value);
  return own.size === 0 ? "/v2/images" : `/v2/images?${own}`;
}
