#!/usr/bin/env node
// `npm run bench [-- NAME …]`: runs the benchmarks of lib/bench, each file there a program that prints its figures.
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { ensureBuild } from "./build.mjs";
import { entry, Failure } from "./failure.mjs";
import { run } from "./processes.mjs";
import { ensureToolchain, environment, ROOT } from "./toolchain.mjs";

await entry(async () => {
  const node = await ensureToolchain();
  const directory = join(ROOT, "lib", "bench");
  const all = readdirSync(directory).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !all.includes(`${name}.ts`));
  if (unknown !== undefined) {
    const names = all.map((file) => basename(file, ".ts")).join(", ");
    throw new Failure(`there is no benchmark named ${unknown}; there are: ${names}`, 2);
  }
  // The figures of the dashboard are those of the production build.
  await ensureBuild(node);
  let worst = 0;
  for (const file of wanted.length === 0 ? all.sort() : wanted.map((name) => `${name}.ts`)) {
    process.stdout.write(`\n── ${basename(file, ".ts")}\n`);
    worst = Math.max(
      worst,
      await run(node, ["--expose-gc", join(directory, file)], { cwd: ROOT, env: environment(node) }),
    );
  }
  return worst;
});
