/** `underlay check`: what Neutron wants of each host against what it is. */
import type { CheckDifference, CheckedHost, CheckReport } from "../api/http.ts";
import { checkCloud } from "../check/check.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import { askServer, runningServer, withStored } from "./embedded-cloud.ts";
import { openCloud } from "./open-cloud.ts";
import { cloudOption, DATA_USAGE, environmentOf, parseOptions } from "./options.ts";

const USAGE = `underlay check --cloud <bundle directory or .tar.gz | embedded> [--data DIR] [--json]

Compares each host with what Neutron wants of it, and prints what differs with the commands that set it right.
Nothing is run.

  --json         the same as one JSON object
${DATA_USAGE}

Exit status: 0 nothing differs, 1 something does, 2 bad input or no host could be checked.
`;

export async function check(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const options = parseOptions(args, ["cloud", "data"], ["json", "help"]);
  if (options.flags.has("help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const where = cloudOption(options);
  const report =
    where === EMBEDDED.id ? await checkEmbedded(environmentOf(options, env)) : checkCloud(await openCloud(where));
  process.stdout.write(options.flags.has("json") ? `${JSON.stringify(report, null, 2)}\n` : textOf(report));
  if (report.hosts.some((one) => one.differences.length > 0)) return 1;
  return report.hosts.some((one) => one.checked) ? 0 : 2;
}

async function checkEmbedded(env: NodeJS.ProcessEnv): Promise<CheckReport> {
  const server = runningServer(env);
  if (server) return askServer<CheckReport>(server, "check");
  const [{ checkSimulated }, { cloudOf }] = await Promise.all([
    import("../server/check.ts"),
    import("../simulation/world.ts"),
  ]);
  return withStored(env, async ({ simulation }) => checkSimulated(cloudOf(simulation.moment()), simulation));
}

function textOf({ hosts }: CheckReport): string {
  return hosts.map(hostText).join("");
}

function hostText({ name, checked, notChecked, differences, repair = "" }: CheckedHost): string {
  const count = differences.length;
  const head = checked ? `${name}: ${count === 0 ? "as Neutron wants it" : `${count} ${plural(count)}`}` : name;
  const lines = [
    head,
    ...notChecked.map((why) => `  not checked: ${why}`),
    ...differences.flatMap(differenceLines),
    ...(repair === "" ? [] : ["  to repair:", ...indented(repair.trimEnd())]),
  ];
  return `${lines.join("\n")}\n`;
}

function plural(count: number): string {
  return count === 1 ? "difference" : "differences";
}

function differenceLines(difference: CheckDifference): string[] {
  const { kind, part, place, name, actual, desired, resource, waitsFor } = difference;
  const where = [place.netns, place.bridge, place.table && `table ${place.table}`, place.device].filter(Boolean);
  const whose = resource ? ` (${resource.type} ${resource.id})` : "";
  const lines = [`  ${kind} ${part} in ${where.join(" ") || "the host"}: ${name}${whose}`];
  if (actual) lines.push(...`      has   ${actual}`.split("\n"));
  if (desired) lines.push(...`      wants ${desired}`.split("\n"));
  if (waitsFor) lines.push(`      waits for the ${waitsFor.join(" and the ")} to run`);
  return lines;
}

/** Not so what a heredoc holds: it must stay as it is to be pasted. */
function indented(script: string): string[] {
  let inside = false;
  return script.split("\n").map((line) => {
    const out = inside ? line : `    ${line}`;
    if (inside && line === "EOF") inside = false;
    else if (!inside && line.endsWith("<<'EOF'")) inside = true;
    return out;
  });
}
