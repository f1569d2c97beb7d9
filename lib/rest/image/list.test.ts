import { expect, test } from "vitest";
import { imageList } from "./list.ts";

const views = Array.from({ length: 30 }, (_, n) => ({ id: `${n}`, name: `i${n % 3}`, size: n, status: "active" }));
// biome-ignore lint/suspicious/noExplicitAny: an answer is read as a client does.
const list = (query: string) => imageList(views, new URLSearchParams(query)).body as any;
const ids = (query: string) => list(query).images.map((one: { id: string }) => one.id);

test("25 images at once, the newest first, with the address of the next", () => {
  const page = list("status=active");
  expect(page.images).toHaveLength(25);
  expect(page).toMatchObject({ first: "/v2/images?status=active", next: "/v2/images?status=active&marker=5" });
  expect(ids("status=active&marker=5")).toEqual(["4", "3", "2", "1", "0"]);
  expect(list("marker=5")).not.toHaveProperty("next");
});

test("limits, filters and orders", () => {
  expect(ids("limit=2&name=i1")).toEqual(["28", "25"]);
  expect(ids("limit=0")).toEqual([]);
  expect(ids("limit=3&sort=name:asc,size:asc")).toEqual(["0", "3", "6"]);
  expect(ids("id=in:1,2&sort_key=id&sort_dir=asc")).toEqual(["1", "2"]);
});

test.each([
  ["limit=x", "limit param must be an integer"],
  ["limit=-1", "limit param must be positive"],
  ["marker=none", "No image found with ID none"],
  ["sort_key=secret", /^Invalid sort key: secret/],
  ["sort=id:up", "Invalid sort direction: up"],
])("%s is refused", (query, message) => expect(() => list(query)).toThrow(message));
