import { expect, test } from "vitest";
import { parseSort, printSort, sorted } from "./sort.ts";

const row = (name: string, ...cells: string[]) => ({ id: name, name, cells: cells.map((text) => ({ text })) });
const columns = ["Name", "Address"];
const names = (sort: string | null) => {
  const rows = [row("vm10", "10.0.0.9"), row("vm9", ""), row("vm1", "10.0.0.10")];
  return sorted({ columns, rows }, parseSort(sort, columns)).map((one) => one.name);
};

test("numbers in names and addresses count as numbers, either way", () => {
  expect(names("Name")).toEqual(["vm1", "vm9", "vm10"]);
  expect(names("-Name")).toEqual(["vm10", "vm9", "vm1"]);
});

test("what has nothing in the column comes last, either way", () => {
  expect(names("Address")).toEqual(["vm10", "vm1", "vm9"]);
  expect(names("-Address")).toEqual(["vm1", "vm10", "vm9"]);
});

test("a column that is not there changes nothing", () => {
  expect(names("Colour")).toEqual(["vm10", "vm9", "vm1"]);
  expect(names(null)).toEqual(["vm10", "vm9", "vm1"]);
  expect(printSort({ column: "Name", down: true })).toBe("-Name");
});
