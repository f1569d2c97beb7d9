import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeDirectory } from "./directory.ts";

let base: string;
beforeAll(() => {
  base = mkdtempSync(path.join(tmpdir(), "directory-"));
});
afterAll(() => rmSync(base, { recursive: true }));

test("a directory is made with those above it, for its user alone, and taken as it is when it is there", () => {
  const directory = path.join(base, "a", "b");
  makeDirectory(directory);
  makeDirectory(directory);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
});

test("where none can be made the error says so at once", () => {
  expect(() => makeDirectory("/proc/x/y")).toThrow("cannot make the directory /proc/x: nothing can be made there");
  writeFileSync(path.join(base, "file"), "");
  expect(() => makeDirectory(path.join(base, "file", "x"))).toThrow(/file\/x: there is a file on the way$/);
});
