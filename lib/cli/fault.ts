/** `underlay fault`: breaks the embedded cloud's hosts, and mends them. */
import type { FaultReport, InjectedFault } from "../api/http.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import { isFailure } from "../clouds/failure.ts";
import type { Faults } from "../server/faults.ts";
import { askServer, type Reached, runningServer, withStored } from "./embedded-cloud.ts";
import { InputError } from "./input-error.ts";
import { DATA_USAGE, environmentOf, parseOptions } from "./options.ts";

const USAGE = `underlay fault list [--json]
underlay fault inject KIND [PLACE]
underlay fault undo ID|all

Breaks the embedded cloud's simulated hosts as an operator could by mistake. Agents do not undo it.

  list       the kinds of faults, where each can be put, and those that are there
  inject     puts one in: at PLACE (or a part of its name), else at the first place
  undo       takes it back; others stay

  --cloud embedded   the only cloud that can be broken
${DATA_USAGE}
`;

type Environment = NodeJS.ProcessEnv;

/** What can be asked, of a server or of what is stored. */
type Asked = Pick<Faults, "report" | "inject" | "undo">;

export async function fault(args: readonly string[], given: Environment = process.env): Promise<number> {
  const options = parseOptions(args, ["cloud", "data"], ["json", "help"]);
  const [verb, ...rest] = options.positional;
  if (options.flags.has("help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const cloud = options.values.get("cloud") ?? EMBEDDED.id;
  if (cloud !== EMBEDDED.id) throw new InputError("--cloud: only the embedded cloud can be broken");
  const env = environmentOf(options, given);
  const work = workOf(verb, rest, options.flags.has("json"));
  const server = runningServer(env);
  if (server) process.stdout.write(await work(overHttp(server)));
  else {
    const { Faults } = await import("../server/faults.ts");
    process.stdout.write(await withStored(env, (stored) => work(new Faults(stored)).catch(complain)));
  }
  return 0;
}

function workOf(verb: string | undefined, rest: readonly string[], json: boolean): (asked: Asked) => Promise<string> {
  const [first, ...more] = rest;
  if (verb === "list" && first === undefined)
    return async (asked) => {
      const report = await asked.report();
      return json ? `${JSON.stringify(report, null, 2)}\n` : listText(report);
    };
  if (verb === "inject" && first !== undefined)
    return async (asked) => `injected ${line(await asked.inject(first, more.length > 0 ? more.join(" ") : undefined))}`;
  if (verb === "undo" && first !== undefined && more.length === 0)
    return async (asked) => {
      const undone = await asked.undo(first);
      return undone.length === 0 ? "there was no fault\n" : undone.map((one) => `undone ${line(one)}`).join("");
    };
  if (verb === "inject") throw new InputError("fault inject: expected a kind: underlay fault list has them");
  if (verb === "undo") throw new InputError("fault undo: expected the id of one fault, or all");
  throw new InputError(`fault: expected list, inject KIND [PLACE] or undo ID|all`);
}

function overHttp(server: Reached): Asked {
  return {
    report: () => askServer<FaultReport>(server, "faults"),
    inject: (kind, place) =>
      askServer<InjectedFault>(server, "faults", { method: "POST", body: JSON.stringify({ kind, place }) }),
    undo: (id) => askServer<InjectedFault[]>(server, `faults?${new URLSearchParams({ id })}`, { method: "DELETE" }),
  };
}

function complain(error: unknown): never {
  if (isFailure(error)) throw new InputError(error.message);
  throw error;
}

function listText({ kinds, injected }: FaultReport): string {
  const there =
    injected.length === 0 ? "No fault is there.\n" : `There now:\n${injected.map((one) => `  ${line(one)}`).join("")}`;
  const all = kinds.map(({ kind, title, places }) => {
    const where =
      places.length === 0 ? "    (nowhere in this cloud as it is)\n" : places.map((one) => `    ${one}\n`).join("");
    return `${kind}: ${title}\n${where}`;
  });
  return `${all.join("")}\n${there}`;
}

function line({ id, kind, place, since }: InjectedFault): string {
  return `${id}  ${kind}  ${place}  since ${since}\n`;
}
