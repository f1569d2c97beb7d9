import fc from "fast-check";
import { expect, test } from "vitest";
import { bool, integer, text } from "./kind/kind.ts";
import { filterViews, type ListRequest, orderOf, pageOf, readListRequest } from "./list-query.ts";

const attributes = {
  id: { kind: text(), filter: true, sort: true },
  name: { kind: text(), filter: true, sort: true },
  size: { kind: integer(), filter: true, sort: true },
  up: { kind: bool, filter: true },
  secret: { kind: text() },
};
const read = (query: string) => readListRequest(new URLSearchParams(query), attributes, false);

const item = fc.record({
  id: fc.uuid(),
  name: fc.constantFrom("a", "b", "B", ""),
  size: fc.option(fc.integer({ min: 0, max: 3 })),
});
type Item = typeof item extends fc.Arbitrary<infer T> ? T : never;
const items = fc.uniqueArray(item, { selector: (one) => one.id, maxLength: 30 });
const sorts = fc.constantFrom(
  "",
  "&sort_key=name&sort_dir=asc",
  "&sort_key=size&sort_dir=desc",
  "&sort_key=name&sort_dir=desc&sort_key=size&sort_dir=asc",
  "&sort_key=id&sort_dir=desc",
);

function sorted(all: Item[], request: ListRequest): Item[] {
  const order = orderOf(request, "id");
  return order ? [...all].sort(order) : all;
}

/** Follows one of the links from page to page. */
function walk(all: Item[], query: string, link: "next" | "previous"): unknown[] {
  const seen: unknown[] = [];
  let marker = "";
  for (let pages = 0; pages <= all.length + 1; pages++) {
    const request = read(`${query}${marker && `&marker=${marker}`}${link === "previous" ? "&page_reverse=True" : ""}`);
    const page = pageOf(
      sorted(all, request),
      request,
      "id",
      all.find((one) => one.id === marker),
    );
    const ids = page.items.map((one) => one.id);
    if (link === "next") seen.push(...ids);
    else seen.unshift(...ids);
    const next = page[link];
    if (next === undefined || next === "") return seen;
    marker = next;
  }
  throw new Error("the links go round");
}

test("who follows the links sees every object once, in order, forwards and backwards", () => {
  fc.assert(
    fc.property(items, sorts, fc.integer({ min: 1, max: 7 }), (all, sort, limit) => {
      const query = `limit=${limit}${sort}`;
      const expected = sorted(all, read(query)).map((one) => one.id);
      expect(walk(all, query, "next")).toEqual(expected);
      expect(walk(all, query, "previous")).toEqual(expected);
    }),
  );
});

test("a page begins behind its marker, though a filter leaves the marker out", () => {
  const all = ["a", "b", "c", "d"].map((id) => ({ id, name: id, size: 0 }));
  const request = read("limit=2&marker=b");
  const left = all.filter((one) => one.id !== "b");
  expect(pageOf(left, request, "id", all[1]).items.map((one) => one.id)).toEqual(["c", "d"]);
});

test.each([
  ["colour=red&secret=x", "['colour', 'secret'] is invalid attribute for filtering"],
  ["constructor=x", "['constructor'] is invalid attribute for filtering"],
  ["__proto__=x", "['__proto__'] is invalid attribute for filtering"],
  ["tags=x", "['tags'] is invalid attribute for filtering"],
  ["sort_key=name", "The number of sort_keys and sort_dirs must be same"],
  ["sort_key=up&sort_dir=asc", "['up'] is invalid attribute for sort_keys"],
  ["sort_key=name&sort_dir=up", "['up'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'"],
  ["limit=-1", "Bad limit request: Limit must be an integer 0 or greater and not '-1'."],
  ["limit=x", "Bad limit request: Limit must be an integer 0 or greater and not 'x'."],
])("?%s is refused: %s", (query, message) => {
  expect(() => read(query)).toThrow(message);
});

test("filters hold one of their values, and all of them together; an empty one is a value", () => {
  const views = [
    { id: "1", name: "", size: 1, up: true },
    { id: "2", name: "x", size: null, up: false },
    { id: "3", name: "x", size: 3, up: true },
  ];
  const found = (query: string) => filterViews(views, read(query).filters, attributes).map((one) => one.id);
  expect(found("name=")).toEqual(["1"]);
  expect(found("name=&name=x")).toEqual(["1", "2", "3"]);
  expect(found("name=x&up=True")).toEqual(["3"]);
  expect(found("size=03")).toEqual(["3"]);
  expect(found("up=0")).toEqual(["2"]);
  expect(() => found("up=maybe")).toThrow("'maybe' cannot be converted to boolean");
});

test("no limit, and a limit of 0, is one page", () => {
  const all = ["b", "a"].map((id) => ({ id }));
  for (const query of ["", "limit=0", "limit=0&marker=a"])
    expect(pageOf(all, read(query), "id", undefined)).toEqual({ items: all, paged: false });
});
