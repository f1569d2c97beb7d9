/** What a browser says of the layouts that it has is not to be believed: each page asks by itself who is there. */
import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** For everybody: the way in, and the handbook, which knows of no cloud. */
const OPEN = ["app/login/page.tsx", "app/docs/[[...page]]/page.tsx"];

test("every page but the open ones asks for the session, or only leads on", () => {
  const all = globSync("app/**/page.tsx").filter((file) => !OPEN.includes(file));
  expect(all.length).toBeGreaterThan(8);
  const silent = all.filter((file) => {
    const text = readFileSync(file, "utf8");
    const leadsOn = text.includes("redirect(") && !/return \(?\s*</.test(text);
    return !leadsOn && !/await (?:\(await )?(?:pageSession|pageSight|adminSight)\(\)/.test(text);
  });
  expect(silent).toEqual([]);
});

test("no page or route takes clouds past what the session may see", () => {
  const open = globSync("app/api/**/route.ts").filter((file) => {
    const text = readFileSync(file, "utf8");
    return (
      /\b(?:sessionRoute|openRoute)\b/.test(text) &&
      /server\(\)\.clouds|\bclouds\.(?:cloud|topology|detail)\(/.test(text)
    );
  });
  // Opening and removing bundles are administrators' (route), beside lists that are everybody's.
  expect(open.sort()).toEqual(["app/api/clouds/[cloud]/route.ts", "app/api/clouds/route.ts"]);
  const pages = globSync("app/**/*.tsx").filter((file) => /server\(\)\.clouds/.test(readFileSync(file, "utf8")));
  expect(pages).toEqual([]);
});
