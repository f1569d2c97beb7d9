import { expect, test } from "vitest";
import { ownPath } from "./own-path.ts";

test.each(["/", "/clouds/embedded/trace?from=a&to=b", "/clouds/x?sel=1#main"])("%s is a path of ours", (path) =>
  expect(ownPath(path)).toBe(path),
);

test.each([
  undefined,
  null,
  "",
  "clouds",
  "//evil.example",
  "/\\evil.example",
  "/x\\y",
  "/\t/evil.example",
  "/.//evil.example",
  "/a/..//evil.example",
  "https://evil.example",
  "javascript:alert(1)",
])("%j is none", (text) => expect(ownPath(text)).toBeUndefined());
