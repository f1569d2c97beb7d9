/** `kill`, `pkill` and `killall`: of an agent, as its service would be stopped; of a program that an agent started, as a command. */
import { CommandError } from "../host/command/command.ts";
import type { Process } from "../host/state.ts";
import { type Answer, lines, NOTHING } from "./answer.ts";
import { agentOf } from "./services.ts";
import { matching, programOf } from "./show/processes.ts";
import type { Call, Terminal } from "./terminal.ts";

const NAMES: Readonly<Record<string, string>> = {
  ...{ "0": "0", "1": "HUP", "2": "INT", "3": "QUIT", "9": "KILL", "10": "USR1", "12": "USR2", "15": "TERM" },
  ...{ HUP: "HUP", INT: "INT", QUIT: "QUIT", KILL: "KILL", USR1: "USR1", USR2: "USR2", TERM: "TERM" },
};
const ENDS: ReadonlySet<string> = new Set(["INT", "QUIT", "KILL", "TERM"]);
/** What agents start, and what a HostState holds the effect of. */
const STARTED = /^(dnsmasq|haproxy|radvd)$/;

const SIGNALS = [
  ...[
    "HUP",
    "INT",
    "QUIT",
    "ILL",
    "TRAP",
    "ABRT",
    "BUS",
    "FPE",
    "KILL",
    "USR1",
    "SEGV",
    "USR2",
    "PIPE",
    "ALRM",
    "TERM",
  ],
  ...["STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO"],
  ...["PWR", "SYS"],
];

/** bash's own `kill -l`, with the real-time signals that the C library leaves to programs (builtins/common.c). */
function listed(words: readonly string[]): Answer {
  const names = new Map(SIGNALS.map((name, i) => [i + 1, name]));
  for (let i = 34; i <= 64; i++)
    names.set(i, i < 50 ? `RTMIN${i > 34 ? `+${i - 34}` : ""}` : `RTMAX${i < 64 ? `-${64 - i}` : ""}`);
  if (words.length === 0) {
    const cells = [...names].map(([n, name], i) => `${String(n).padStart(2)}) SIG${name}${i % 5 === 4 ? "\n" : "\t"}`);
    return { text: `${cells.join("")}\n`, status: 0 };
  }
  const numbers = new Map([...names].map(([n, name]) => [name, String(n)]));
  const found = words.map((word) => {
    const n = Number(word);
    const one = /^\d+$/.test(word)
      ? names.get(n > 128 ? n - 128 : n)
      : numbers.get(word.toUpperCase().replace(/^SIG/, ""));
    if (one === undefined) throw new CommandError(`bash: kill: ${word}: invalid signal specification`);
    return one;
  });
  return lines(found);
}

export function kill(terminal: Terminal, { words, netns }: Call): Answer {
  if (/^-[lL]$/.test(words[0] ?? "")) return listed(words.slice(1));
  const { signal, rest } = read("kill", words);
  if (rest.length === 0) throw new CommandError("kill: usage: kill [-s sigspec | -n signum | -sigspec] pid", 2);
  const failures: string[] = [];
  for (const word of rest) {
    if (!/^\d+$/.test(word)) failures.push(`kill: ${word}: arguments must be process or job IDs`);
    const process = terminal.host.processes.find((one) => one.pid === Number(word));
    if (process) send(terminal, netns, "kill", process, signal);
    else if (/^\d+$/.test(word)) failures.push(`kill: (${word}) - No such process`);
  }
  if (failures.length > 0) throw new CommandError(failures.join("\n"));
  return NOTHING;
}

export function pkill(terminal: Terminal, { words, netns }: Call): Answer {
  const { signal, rest } = read("pkill", words);
  const found = matching(terminal.host, "pkill", rest);
  for (const process of found) send(terminal, netns, "pkill", process, signal);
  return { text: "", status: found.length > 0 ? 0 : 1 };
}

export function killall(terminal: Terminal, { words, netns }: Call): Answer {
  const { signal, rest } = read("killall", words);
  const names = rest.filter((word) => !word.startsWith("-"));
  if (names.length === 0) throw new CommandError("Usage: killall [-s SIGNAL] NAME...");
  for (const name of names) {
    const found = terminal.host.processes.filter((one) => programOf(one) === name);
    if (found.length === 0) throw new CommandError(`${name}: no process found`);
    for (const process of found) send(terminal, netns, "killall", process, signal);
  }
  return NOTHING;
}

function read(program: string, words: readonly string[]): { signal: string; rest: readonly string[] } {
  const [first = "", second] = words;
  const spelt = /^(-s|-n|--signal)$/.test(first)
    ? second
    : /^(?:--signal=|-(?:SIG)?(?=\d|[A-Z]))(\w+)$/.exec(first)?.[1];
  if (spelt === undefined) return { signal: "TERM", rest: words };
  const name = spelt.replace(/^SIG/, "");
  const signal = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (signal === undefined) throw new CommandError(`${program}: ${spelt}: invalid signal specification`);
  return { signal, rest: words.slice(spelt === second && first !== second ? 2 : 1) };
}

function send(terminal: Terminal, netns: string, program: string, process: Process, signal: string): void {
  if (signal === "0") return;
  const { pid } = process;
  const name = programOf(process);
  const id = agentOf(terminal, process);
  if (id !== undefined) {
    if (!ENDS.has(signal)) return;
    terminal.control({ id, binary: name, run: false });
    if (signal === "KILL")
      terminal.notes.push(
        `Where systemd has Restart=on-failure, it starts ${name} again; here, \`systemctl start ${name}\` does.`,
      );
  } else if (STARTED.test(name)) {
    const sent = signal === "HUP" ? "HUP" : signal === "KILL" ? "9" : "15";
    if (signal !== "HUP" && !ENDS.has(signal)) return;
    terminal.change({ netns, run: { tool: "process", kind: "kill", signal: sent, pid } });
    if (sent !== "HUP")
      terminal.notes.push(
        `Agents' process monitor (check_child_processes_interval) is not simulated: ${name} stays ended until its agent is started again.`,
      );
  } else
    throw new CommandError(
      `${program}: (${pid}) - ${name} always runs here; agents, and what they start, can be ended`,
    );
}
