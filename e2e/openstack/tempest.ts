import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Cloud } from "./cloud.ts";
import type { Result } from "./report.ts";
import { tempestConf } from "./tempest-conf.ts";

const PYTHON = "/usr/bin/python3";
/** As many as the real one was measured with. */
const PROCESSES = 2;

interface Outcome {
  readonly name: string;
  readonly status: "success" | "fail" | "skip";
  readonly reason: string;
}

/**
 * Runs the tests that a real cloud passed: `tempest` those of tempest.api.network, `plugin` those of neutron_tempest_plugin.api.
 * One that is skipped here, or whose class could not be prepared, failed.
 */
export async function runTempest(cloud: Cloud, suite: "tempest" | "plugin", only: RegExp): Promise<Result[]> {
  const wanted = namesOf(suite).filter((name) => only.test(name));
  const outcomes = new Map<string, Outcome>();
  const directory = mkdtempSync(join(tmpdir(), "underlay-tempest-"));
  try {
    mkdirSync(join(directory, "lock"));
    const config = join(directory, "tempest.conf");
    writeFileSync(config, await tempestConf(cloud, directory));
    const modules = [...new Set(wanted.map((name) => name.split(".").slice(0, -2).join(".")))];
    const shares = Array.from({ length: PROCESSES }, (_, index) => [
      config,
      String(PROCESSES),
      String(index),
      ...modules,
    ]);
    await Promise.all(shares.map((share) => runProcess(share, (outcome) => outcomes.set(outcome.name, outcome))));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const preparations = [...outcomes.values()].filter(({ name }) => name.startsWith("setUpClass"));
  return wanted.map((name) => {
    const part = name.split(".").slice(0, -1).join(".");
    const outcome = outcomes.get(name) ?? preparations.find((each) => each.name.includes(part));
    const result = { name, part, reasons: reasonsOf(outcome) };
    return result;
  });
}

/** What the real cloud passed, one name a line. */
function namesOf(suite: "tempest" | "plugin"): string[] {
  return readFileSync(new URL(`${suite}-passed.txt`, import.meta.url), "utf8")
    .split("\n")
    .filter(Boolean);
}

function reasonsOf(outcome: Outcome | undefined): string[] {
  if (outcome === undefined) return ["did not run"];
  if (outcome.status === "success") return [];
  if (outcome.status === "skip") return [`skipped: ${outcome.reason}`];
  const lines = outcome.reason.trim().split("\n").filter(Boolean);
  return [lines.at(-1) ?? "failed", ...lines.slice(0, -1)];
}

function runProcess(args: readonly string[], take: (outcome: Outcome) => void): Promise<void> {
  const script = new URL("tempest_run.py", import.meta.url).pathname;
  const child = spawn(PYTHON, [script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  createInterface({ input: child.stdout }).on("line", (line) => take(JSON.parse(line)));
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-4000);
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (status) => (status === 0 ? done() : fail(new Error(`tempest ended with ${status}: ${said}`))));
  });
}
