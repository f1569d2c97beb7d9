import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import type { Cloud } from "./cloud.ts";
import { runConcurrency } from "./concurrency.ts";
import { readKnown } from "./known.ts";
import { type Result, type Summary, summarise, tell } from "./report.ts";
import { recordRest, runRest } from "./rest.ts";
import { startServer } from "./server.ts";
import { recordStory, runStory } from "./story.ts";
import { runTempest } from "./tempest.ts";

const USAGE = `Usage: node e2e/openstack/run.mjs story|rest|concurrency|tempest|plugin|all [REGEX] [options]

  story      the openstack command runs story.txt; what it prints is compared with a real cloud's (recorded.json)
  rest       requests of rest-story.txt; answers are compared with a real Neutron's (rest-recorded.json)
  concurrency  500 ports at once from 20 clients have 500 different addresses
  tempest    the tests of tempest.api.network that a real Neutron passes
  plugin     the tests of neutron_tempest_plugin.api that a real Neutron passes
  all        all of them
  REGEX      report only lines, parts or tests that match

  --url URL        a server that runs, e.g. http://127.0.0.1:3000; else one is started for each suite, with fresh data
  --auth-url URL   instead of --url: an identity service elsewhere (else OS_AUTH_URL)
  --password P     the administrator's (else OS_PASSWORD, else underlay)
  --sources        start the services from the sources instead of the build
  --json FILE      write the summary there
  --record TEXT    story, rest: the cloud is a real one, whose answers become the recording; TEXT says what it is
`;
const SUITES = ["story", "rest", "concurrency", "tempest", "plugin"] as const;
/** The configuration files of the cloud that was recorded, as far as answers depend on them. */
const RECORDED_CLOUD = new URL("recorded-cloud", import.meta.url).pathname;
type Suite = (typeof SUITES)[number];

/** @returns the exit status: 0 when everything passed, 1 when something failed, 2 for bad arguments */
export async function main(args: readonly string[]): Promise<number> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = { url: text, "auth-url": text, password: text, json: text, record: text, sources: flag, help: flag };
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [name = "", regex = ""] = positionals;
  const suites = name === "all" ? SUITES : SUITES.filter((suite) => suite === name);
  if (suites.length === 0 || values.help) {
    process.stdout.write(USAGE);
    return values.help ? 0 : 2;
  }
  const given = values.sources === true ? undefined : cloudOf(values);
  if (values.record !== undefined && given !== undefined) {
    await (name === "story" ? recordStory : recordRest)(given, values.record);
    return 0;
  }
  const known = readKnown();
  const run = async (suite: Suite): Promise<Summary> => {
    const since = performance.now();
    const results = await onCloud(given, values.sources === true, suite, (cloud) =>
      runSuite(suite, cloud, new RegExp(regex)),
    );
    return summarise(suite, results, known, since, regex === "");
  };
  // The story is one client after another, and leaves a processor free; on a cloud that was given they would meet.
  const together =
    given === undefined
      ? await Promise.all(groupsOf(suites).map((group) => inTurn(group, run)))
      : [await inTurn(suites, run)];
  const summaries = together.flat();
  for (const { suite, passed, failed, known: differ, seconds, failures } of summaries) {
    for (const failure of failures) tell(failure);
    process.stdout.write(`${suite}: ${passed} passed, ${failed} failed, ${differ} known differences in ${seconds} s\n`);
  }
  if (values.json !== undefined) {
    mkdirSync(dirname(values.json), { recursive: true });
    writeFileSync(values.json, JSON.stringify(summaries, undefined, 1));
  }
  return summaries.some(({ failed }) => failed > 0) ? 1 : 0;
}

function groupsOf(suites: readonly Suite[]): Suite[][] {
  const others = suites.filter((suite) => suite !== "story");
  return [suites.filter((suite) => suite === "story"), others].filter((group) => group.length > 0);
}

async function inTurn(suites: readonly Suite[], run: (suite: Suite) => Promise<Summary>): Promise<Summary[]> {
  const summaries: Summary[] = [];
  for (const suite of suites) summaries.push(await run(suite));
  return summaries;
}

interface Where {
  readonly url?: string | undefined;
  readonly "auth-url"?: string | undefined;
  readonly password?: string | undefined;
}

function cloudOf(values: Where): Cloud | undefined {
  const adminPassword = values.password ?? process.env.OS_PASSWORD ?? "underlay";
  if (values.url !== undefined) return { authUrl: `${values.url.replace(/\/$/, "")}/identity/v3`, adminPassword };
  const authUrl = values["auth-url"] ?? process.env.OS_AUTH_URL;
  return authUrl === undefined ? undefined : { authUrl, adminPassword };
}

async function onCloud(
  given: Cloud | undefined,
  sources: boolean,
  suite: Suite,
  work: (cloud: Cloud) => Promise<Result[]>,
): Promise<Result[]> {
  if (given !== undefined) return work(given);
  const recorded = suite === "story" || suite === "rest";
  const env: Record<string, string> = recorded ? { UNDERLAY_NEUTRON_CONFIG: RECORDED_CLOUD } : {};
  const server = await startServer(sources ? "sources" : "build", env);
  try {
    return await work(server.cloud);
  } finally {
    await server.stop();
  }
}

function runSuite(suite: Suite, cloud: Cloud, only: RegExp): Promise<Result[]> {
  switch (suite) {
    case "story":
      return runStory(cloud, only);
    case "rest":
      return runRest(cloud, only);
    case "concurrency":
      return runConcurrency(cloud);
    case "tempest":
    case "plugin":
      return runTempest(cloud, suite, only);
  }
}
