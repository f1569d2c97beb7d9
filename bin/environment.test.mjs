import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ENVIRONMENT, environmentHelp } from "./environment.mjs";

const names = ENVIRONMENT.map(({ name }) => name);
/** From the launcher to the server, and of tests. */
const INTERNAL = ["UNDERLAY_LISTEN_HOST", "UNDERLAY_LISTEN_PORT"];

function* uses() {
  const files = globSync(["{app,bin,components,lib}/**/*.{ts,tsx,mjs}", "*.{ts,js,mjs}"]);
  for (const file of files) {
    if (/\.test\.\w+$|\/(?:testing|bench)\/|^playwright|^bin\/environment/.test(file)) continue;
    const text = readFileSync(file, "utf8");
    // `env.NAME`, and `const { NAME: name } = process.env`.
    for (const [, name] of text.matchAll(/\benv\.(UNDERLAY_[A-Z_]+)/g)) yield { file, name };
    for (const [, list] of text.matchAll(/\{([^{}]*)\}\s*=\s*process\.env\b/g))
      for (const [name] of list.matchAll(/UNDERLAY_[A-Z_]+/g)) yield { file, name };
  }
}

test("every variable that the server reads is in the table, and the table has no others", () => {
  const found = [...uses()];
  const unknown = found.filter(({ name }) => !names.includes(name) && !INTERNAL.includes(name));
  expect(unknown).toEqual([]);
  const read = new Set(found.map(({ name }) => name));
  expect(names.filter((name) => name !== "PORT" && !read.has(name))).toEqual([]);
});

test("the help and the documents name all of them, and no others", () => {
  const operations = readFileSync("docs/operations.md", "utf8");
  const readme = readFileSync("README.md", "utf8");
  for (const name of names) {
    expect(environmentHelp()).toContain(name);
    expect(operations, name).toContain(`\`${name}\``);
  }
  const told = `${operations}${readme}`.match(/UNDERLAY_[A-Z_]+/g) ?? [];
  expect([...new Set(told)].filter((name) => !names.includes(name))).toEqual([]);
});

test("the container file copies what is there", () => {
  const lines = readFileSync("Containerfile", "utf8").match(/^COPY (?!--from).+$/gm) ?? [];
  const sources = lines.flatMap((line) => line.split(/\s+/).slice(1, -1)).filter((one) => !one.startsWith("--"));
  expect(sources.length).toBeGreaterThan(5);
  expect(sources.filter((source) => globSync(source).length === 0)).toEqual([]);
});
