/** `ps`, `pgrep` and `ss`: what runs and listens, as far as a host's state tells. */
import { CommandError } from "../../host/command/command.ts";
import type { HostState, Namespace, Process } from "../../host/state.ts";
import { type Answer, lines } from "../answer.ts";
import { matcher } from "../filters.ts";
import { spread } from "../spread.ts";

/** As `ps -eo pid,args`: who started a program, and when, is not part of a host's state. */
export function ps({ processes }: HostState, typed: readonly string[]): Answer {
  const words = spread(typed, { flags: "eAfaxuwlHF", valued: "pCo" });
  const of = (option: string) =>
    words.includes(option) ? (words[words.indexOf(option) + 1]?.split(",") ?? []) : undefined;
  const [pids, names] = [of("-p"), of("-C")];
  const shown = processes
    .filter((one) => (!pids || pids.includes(String(one.pid))) && (!names || names.includes(programOf(one))))
    .sort((a, b) => a.pid - b.pid);
  return lines(
    ["    PID COMMAND", ...shown.map((one) => `${String(one.pid).padStart(7)} ${one.command}`)],
    (pids || names) && shown.length === 0 ? 1 : 0,
  );
}

/** A process by the name of its program; of a script, by the script's. */
export function programOf({ command }: Process): string {
  const [first = "", second = ""] = command.split(" ");
  const name = nameOf(first);
  return /^python[\d.]*$/.test(name) ? nameOf(second) : name;
}

const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

export function pgrep(host: HostState, words: readonly string[]): Answer {
  const found = matching(host, "pgrep", words);
  const options = words.filter((word) => word.startsWith("-")).join("");
  if (options.includes("c")) return lines([String(found.length)], found.length > 0 ? 0 : 1);
  const line = (one: Process) =>
    options.includes("a")
      ? `${one.pid} ${one.command}`
      : options.includes("l")
        ? `${one.pid} ${programOf(one)}`
        : `${one.pid}`;
  return lines(found.map(line), found.length > 0 ? 0 : 1);
}

/** The kernel keeps as much of a program's name (TASK_COMM_LEN). */
const COMM = 15;

/** What `pgrep` and `pkill` take: all that a pattern is found in, as procps has it. */
export function matching({ processes }: HostState, program: string, typed: readonly string[]): Process[] {
  const words = spread(typed, { flags: "afxlecinov", valued: "" });
  const patterns = words.filter((word) => !word.startsWith("-"));
  const other = words.find((word) => word.startsWith("-") && !/^-[afxlecino]$/.test(word));
  if (other !== undefined) throw new CommandError(`${program}: ${other} is not supported here`, 2);
  if (patterns.length !== 1)
    throw new CommandError(
      `${program}: ${patterns.length === 0 ? "no matching criteria specified" : "only one pattern can be provided"}\nTry \`${program} --help' for more information.`,
      2,
    );
  const [pattern = ""] = patterns;
  if (pattern.length > COMM && /^[\w-]+$/.test(pattern) && !words.includes("-f"))
    throw new CommandError(
      `${program}: pattern that searches for process name longer than ${COMM} characters will result in zero matches\nTry \`${program} -f' option to match against the complete command line.`,
    );
  const flags = new Set(["E", ...(words.includes("-x") ? ["x"] : []), ...(words.includes("-i") ? ["i"] : [])]);
  const test = matcher(pattern, flags, program);
  const found = processes
    .filter((one) => test(words.includes("-f") ? one.command : programOf(one).slice(0, COMM)))
    .sort((a, b) => a.pid - b.pid);
  return words.includes("-n") ? found.slice(-1) : words.includes("-o") ? found.slice(0, 1) : found;
}

/** print_summary of misc/ss.c. */
function summary({ listeners }: Namespace): string[] {
  const row = (name: string, protos: readonly string[]) => {
    const own = listeners.filter((one) => protos.includes(one.proto));
    const six = own.filter((one) => one.address.includes(":")).length;
    return `${name}\t  ${[own.length, own.length - six, six].map((n) => String(n).padEnd(9)).join(" ")}`;
  };
  return [
    `Total: ${listeners.length}`,
    `TCP:   ${listeners.filter((one) => one.proto === "tcp").length} (estab 0, closed 0, orphaned 0, timewait 0)`,
    "",
    "Transport Total     IP        IPv6",
    ...[row("RAW", []), row("UDP", ["udp"]), row("TCP", ["tcp"]), row("INET", ["udp", "tcp"]), row("FRAG", []), ""],
  ];
}

/** Sockets that listen, the only ones that a host's state tells of: `ss -lntup` (misc/ss.c). */
export function ss(ns: Namespace, typed: readonly string[]): Answer {
  const words = spread(typed, { flags: "lntupa46oeimHrswx", valued: "" });
  const has = (letter: string, long: string) => words.includes(`-${letter}`) || words.includes(`--${long}`);
  const [tcp, udp] = [has("t", "tcp"), has("u", "udp")];
  if (has("x", "unix") || has("w", "raw"))
    throw new CommandError("ss: of sockets, those of TCP and UDP that listen are simulated: ss -lntup", 1);
  if (has("s", "summary")) return lines(summary(ns));
  const told = has("l", "listening") || has("a", "all") ? ns.listeners : [];
  const shown = told.filter((one) => tcp === udp || one.proto === (tcp ? "tcp" : "udp"));
  const sorted = [...shown.filter((one) => one.proto === "udp"), ...shown.filter((one) => one.proto === "tcp")];
  const rows = sorted.map((one) => ({
    ...one,
    state: one.proto === "tcp" ? "LISTEN" : "UNCONN",
    local: `${one.address.includes(":") && !one.address.startsWith("[") ? `[${one.address}]` : one.address}${one.dev === undefined ? "" : `%${one.dev}`}`,
    peer: one.address.includes(":") ? "[::]" : "0.0.0.0",
    users: has("p", "processes") && one.process !== undefined ? `users:(("${one.process}"))` : "",
  }));
  const netid = tcp === udp;
  const widest = (least: number, all: readonly string[]) => Math.max(least, ...all.map((one) => one.length));
  const [local, port] = [
    widest(
      13,
      rows.map((one) => one.local),
    ),
    widest(
      4,
      rows.map((one) => String(one.port)),
    ),
  ];
  const peer = widest(
    12,
    rows.map((one) => one.peer),
  );
  return lines([
    `${netid ? "Netid " : ""}State  Recv-Q Send-Q ${"Local Address".padStart(local)}:${"Port".padEnd(port)} ${"Peer Address".padStart(peer)}:PortProcess`,
    ...rows.map((one) =>
      `${netid ? one.proto.padEnd(6) : ""}${one.state} 0      0      ${one.local.padStart(local)}:${String(one.port).padEnd(port)} ${one.peer.padStart(peer)}:*    ${one.users}`.trimEnd(),
    ),
  ]);
}
