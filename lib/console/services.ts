/** `systemctl` and `service`: agents of a simulated host are stopped and started as they are from its page; the rest always runs. */
import { CommandError } from "../host/command/command.ts";
import type { HostState, Process } from "../host/state.ts";
import { type Answer, lines, NOTHING } from "./answer.ts";
import { globs } from "./glob.ts";
import { programOf } from "./show/processes.ts";
import type { Call, Terminal } from "./terminal.ts";

interface Unit {
  /** Without `.service`. */
  readonly name: string;
  /** Absent: it is no agent of Neutron's, and cannot be stopped. */
  readonly agent?: string;
  readonly process: Process | undefined;
}

/** Services beside Neutron's agents, by the program that says that they are there. */
const OTHERS: Readonly<Record<string, string>> = {
  "nova-compute": "nova-compute",
  "openvswitch-switch": "ovs-vswitchd",
  "ovs-vswitchd": "ovs-vswitchd",
  "ovsdb-server": "ovsdb-server",
};

/** Undefined where a process is no agent's. */
export function agentOf(terminal: Terminal, process: Process): string | undefined {
  return agentsOf(terminal).find(({ binary }) => binary === programOf(process))?.id;
}

function agentsOf(terminal: Terminal) {
  return terminal.cloud.api.agents.filter((one) => one.host === terminal.host.name);
}

function unitsOf(terminal: Terminal): Unit[] {
  const { host } = terminal;
  return [
    ...agentsOf(terminal).map(({ id, binary }) => ({ name: binary, agent: id, process: running(host, binary) })),
    ...Object.entries(OTHERS).flatMap(([name, program]) => {
      const process = running(host, program);
      return process ? [{ name, process }] : [];
    }),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function running(host: HostState, program: string): Process | undefined {
  return host.processes.find((one) => programOf(one) === program);
}

const VERBS: Readonly<Record<string, (terminal: Terminal, units: readonly Unit[]) => Answer>> = {
  status,
  start: (terminal, units) => all(units, (unit) => order(terminal, unit, true)),
  stop: (terminal, units) => all(units, (unit) => order(terminal, unit, false)),
  restart: (terminal, units) => all(units, (unit) => restart(terminal, unit)),
  "try-restart": (terminal, units) => all(units, (unit) => unit.process && restart(terminal, unit)),
  reload: (_, units) => ({
    text: units
      .map(
        ({ name }) => `Failed to reload ${name}.service: Job type reload is not applicable for unit ${name}.service.\n`,
      )
      .join(""),
    status: 1,
  }),
  "is-active": (_, units) =>
    lines(
      units.map((one) => (one.process ? "active" : "inactive")),
      units.some((one) => one.process) ? 0 : 3,
    ),
  enable: () => NOTHING,
  "is-enabled": (_, units) => lines(units.map(() => "enabled")),
};

/** `systemctl VERB UNIT…`; a unit may be a pattern. */
export function systemctl(terminal: Terminal, { words }: Call): Answer {
  const [verb = "list-units", ...names] = words.filter((word) => !word.startsWith("-"));
  if (verb === "daemon-reload") return NOTHING;
  if (verb === "list-units" || (verb === "status" && names.length === 0)) return list(unitsOf(terminal), names);
  const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (!run) throw new CommandError(`systemctl: ${verb} is not supported here; ${Object.keys(VERBS).join(", ")} are`, 1);
  if (names.length === 0) throw new CommandError("Too few arguments.", 1);
  return run(
    terminal,
    names.flatMap((name) => named(terminal, verb, name)),
  );
}

/** `service NAME VERB`. */
export function service(terminal: Terminal, call: Call): Answer {
  const [name, verb] = call.words;
  if (name === undefined || verb === undefined)
    throw new CommandError(
      "Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]",
      1,
    );
  return systemctl(terminal, { ...call, words: [verb, name] });
}

function named(terminal: Terminal, verb: string, name: string): Unit[] {
  // As packages of Ubuntu's once called it.
  const plain = name.replace(/\.service$/, "").replace(/^neutron-plugin-(\w+)-agent$/, "neutron-$1-agent");
  const found = unitsOf(terminal).filter((one) => globs(plain, one.name));
  if (found.length > 0 || plain.includes("*")) return found;
  if (verb === "status") throw new CommandError(`Unit ${plain}.service could not be found.`, 4);
  if (verb === "is-active") throw new CommandError("inactive", 3);
  throw new CommandError(`Failed to ${verb} ${plain}.service: Unit ${plain}.service not found.`, 5);
}

function all(units: readonly Unit[], run: (unit: Unit) => unknown): Answer {
  for (const unit of units) run(unit);
  return NOTHING;
}

function restart(terminal: Terminal, unit: Unit): void {
  order(terminal, unit, false);
  order(terminal, unit, true);
}

function order(terminal: Terminal, { name, agent }: Unit, run: boolean): void {
  if (agent === undefined)
    throw new CommandError(`${name}: always runs here; Neutron's agents are what can be stopped and started`, 1);
  terminal.control({ id: agent, binary: name, run });
}

function status(_: Terminal, units: readonly Unit[]): Answer {
  const texts = units.map(({ name, process }) => {
    const head = [
      `${process ? "●" : "○"} ${name}.service`,
      `     Loaded: loaded (/lib/systemd/system/${name}.service; enabled; preset: enabled)`,
      `     Active: ${process ? "active (running)" : "inactive (dead)"}`,
    ];
    if (!process) return head;
    return [
      ...head,
      `   Main PID: ${process.pid} (${programOf(process).slice(0, 15)})`,
      `     CGroup: /system.slice/${name}.service`,
      `             └─${process.pid} ${process.command}`,
    ];
  });
  return lines(
    texts.flatMap((one, i) => (i === 0 ? one : ["", ...one])),
    units.every((one) => one.process) ? 0 : 3,
  );
}

function list(units: readonly Unit[], patterns: readonly string[]): Answer {
  const shown = units.filter(
    ({ name }) => patterns.length === 0 || patterns.some((one) => globs(one.replace(/\.service$/, ""), name)),
  );
  const rows = shown.map(
    ({ name, process }) => `  ${`${name}.service`.padEnd(36)} loaded ${process ? "active   running" : "inactive dead"}`,
  );
  return lines([`  ${"UNIT".padEnd(36)} LOAD   ACTIVE   SUB`, ...rows, "", `${shown.length} loaded units listed.`]);
}
