#!/usr/bin/env node
// `npm test`: installs what is missing, then every check in order, ending at the first that fails. The last line
// counts the tests: `N passed, N failed`.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBuild } from "./build.mjs";
import { entry } from "./failure.mjs";
import { elapsed, run } from "./processes.mjs";
import { ensureSystemPackages } from "./system-packages.mjs";
import { ensureToolchain, environment, packageCommand, ROOT } from "./toolchain.mjs";

const RESULTS = join(ROOT, ".cache", "test-results");
const REPORTS = {
  unit: join(RESULTS, "unit.json"),
  real: join(RESULTS, "real.json"),
  openstack: join(RESULTS, "openstack.json"),
  e2e: join(RESULTS, "e2e.json"),
};

const vitest = (project) => [
  packageCommand("vitest"),
  "run",
  `--project=${project}`,
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${REPORTS[project]}`,
];

/** The stages that are one or more commands of a package, each with its arguments. */
const stages = () => [
  ["Lint, format, import zones", [[packageCommand("@biomejs/biome", "biome"), "check", "--error-on-warnings", "."]]],
  ["Types", [[packageCommand("next"), "typegen"], [packageCommand("typescript", "tsc")]]],
  ["Dead code", [[packageCommand("knip")]]],
  ["Unit and property tests", [vitest("unit")]],
  ["Tests against real Open vSwitch, PostgreSQL and the kernel", [vitest("real")]],
  ["Build", ensureBuild],
  [
    "OpenStack's own clients and tests",
    [[join(ROOT, "e2e", "openstack", "run.mjs"), "all", "--json", REPORTS.openstack]],
  ],
  ["End to end, in Chromium", [[packageCommand("@playwright/test", "playwright"), "test"]]],
];

/** @returns {{ passed: number, failed: number }} of all reports that were written */
function count() {
  const total = { passed: 0, failed: 0 };
  for (const [name, path] of Object.entries(REPORTS)) {
    let report;
    try {
      report = JSON.parse(readFileSync(path, "utf8"));
    } catch {
      continue; // Its stage did not run.
    }
    if (name === "openstack") {
      for (const suite of report) {
        total.passed += suite.passed;
        total.failed += suite.failed;
      }
      continue;
    }
    const playwright = name === "e2e";
    total.passed += playwright ? report.stats.expected : report.numPassedTests;
    // A test that is skipped has shown nothing: it counts as one that failed.
    total.failed += playwright
      ? report.stats.unexpected + report.stats.flaky + report.stats.skipped
      : report.numTotalTests - report.numPassedTests;
  }
  return total;
}

await entry(async () => {
  const node = await ensureToolchain();
  await ensureSystemPackages();
  rmSync(RESULTS, { recursive: true, force: true });
  mkdirSync(RESULTS, { recursive: true });
  const sbin = ["/usr/local/sbin", "/usr/sbin", "/sbin"].join(":");
  const env = { ...environment(node), CI: "1", PLAYWRIGHT_JSON_OUTPUT_NAME: REPORTS.e2e };
  env.PATH = `${env.PATH}:${sbin}`;

  let failedStage;
  for (const [title, work] of stages()) {
    process.stdout.write(`\n── ${title}\n`);
    const since = performance.now();
    const ok = typeof work === "function" ? await succeeds(() => work(node)) : await allSucceed(node, work, env);
    process.stdout.write(`── ${title}: ${ok ? "passed" : "FAILED"} in ${elapsed(since)}\n`);
    if (!ok) {
      failedStage = title;
      break;
    }
  }
  const { passed, failed } = count();
  // A check that is not a test, or a run that died before its report, still has failed.
  const shown = failedStage !== undefined && failed === 0 ? 1 : failed;
  process.stdout.write(`\n${passed} passed, ${shown} failed\n`);
  return shown === 0 ? 0 : 1;
});

async function allSucceed(node, commands, env) {
  for (const command of commands) if ((await run(node, command, { cwd: ROOT, env })) !== 0) return false;
  return true;
}

async function succeeds(work) {
  try {
    await work();
    return true;
  } catch (error) {
    process.stderr.write(`underlay: ${error.message}\n`);
    return false;
  }
}
