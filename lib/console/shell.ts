/**
 * A console of a simulated host: one line in, its output out, with what it changed as commands. Pure but for the counters: the
 * caller runs the commands on the real simulated host, and keeps session and frames.
 */
import { type Command, CommandError, type Invocation } from "../host/command/command.ts";
import { parseScript } from "../host/command/words.ts";
import { ROOT } from "../host/edit.ts";
import { FlowSyntaxError } from "../net/openflow/scan.ts";
import type { Answer } from "./answer.ts";
import { FILTER_NAMES, filter } from "./filters.ts";
import { pipelines, withoutErrorRedirects, withPlainBrackets } from "./line.ts";
import { runProgram } from "./programs.ts";
import { type AgentOrder, type Capture, type Console, type Following, type Session, Terminal } from "./terminal.ts";
import type { CapturedFrame } from "./traffic/frame.ts";
import type { Memory } from "./traffic/memory.ts";

export interface ConsoleAnswer {
  readonly output: string;
  readonly status: number;
  readonly session: Session;
  /** What the line changed, in its order. */
  readonly commands: readonly Command[];
  /** Agents that it stopped or started, between these. */
  readonly orders: readonly AgentOrder[];
  /** It waits for more packets: how far it is, and what it says at its end. */
  readonly goesOn?: Capture & { readonly farewell: string; readonly seconds?: number };
  /** What its pings sent. */
  readonly frames: readonly CapturedFrame[];
  /** What pings have left on hosts by now. */
  readonly memories: readonly Memory[];
  /** Said by nobody on a real host: why a packet was lost, in a sentence. */
  readonly notes: readonly string[];
  /** The screen is to be emptied. */
  readonly clear: boolean;
}

/** Characters of output that one line may have. */
const MOST = 400_000;

/**
 * Never throws for what is typed: mistakes are output.
 * @param following there is somebody to ask for what comes next: a capture that is all of the line goes on
 */
export function runLine(console: Console, line: string, session: Session, following?: Following): ConsoleAnswer {
  const terminal = new Terminal(console, known(console, session));
  let output = "";
  let status = 0;
  try {
    const parts = pipelines(line);
    if (parts.length === 1 && parts[0]?.stages.length === 1) terminal.following = following;
    for (const { after, stages } of parts) {
      if ((after === "&&" && status !== 0) || (after === "||" && status === 0)) continue;
      const answer = guarded(() => runStages(terminal, stages));
      output += answer.text;
      ({ status } = answer);
      if (output.length > MOST) break;
    }
  } catch (error) {
    const answer = failed(error);
    output += answer.text;
    ({ status } = answer);
  }
  if (output.length > MOST)
    output = `${output.slice(0, output.lastIndexOf("\n", MOST) + 1)}… cut here: pipe into grep or head for a part of it\n`;
  const { commands, orders, sent: frames, memories, clear } = terminal;
  const notes = [...new Set(terminal.notes)];
  const { goesOn, seconds } = terminal.following ?? {};
  return {
    ...{ output, status, session: terminal.session, commands, orders, frames, memories, notes, clear },
    ...(goesOn && { goesOn: { ...goesOn, ...(seconds !== undefined && { seconds }) } }),
  };
}

/** Without what is no longer there. */
function known({ cloud, host }: Console, session: Session): Session {
  const at = cloud.world.hosts.find((one) => one.name === host);
  if (session.netns !== undefined)
    return at?.namespaces.some((ns) => ns.name === session.netns) ? { netns: session.netns } : {};
  return cloud.world.guests.some((one) => one.portId === session.guest && one.host === host) ? session : {};
}

function guarded(run: () => Answer): Answer {
  try {
    return run();
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): Answer {
  if (error instanceof CommandError) return { text: `${error.message}\n`, status: error.status };
  if (error instanceof FlowSyntaxError) return { text: `${error.message}: ${error.text}\n`, status: 1 };
  throw error;
}

/** Each stage's output is the next one's input; what went wrong in one is shown, not piped. */
function runStages(terminal: Terminal, stages: readonly string[]): Answer {
  const [first = "", ...rest] = stages;
  const filters = rest.map((stage) => {
    const { words } = invocation(stage);
    if (!FILTER_NAMES.includes(words[0] ?? ""))
      throw new CommandError(`${words[0]}: not supported behind a pipe; ${FILTER_NAMES.join(", ")} are`, 127);
    return words;
  });
  let answer = runFirst(terminal, first, rest.length === 0);
  for (const words of filters) answer = filter(words, answer.text) ?? answer;
  return answer;
}

function invocation(stage: string): Invocation {
  const [only, more] = parseScript(withPlainBrackets(withoutErrorRedirects(stage)));
  if (more) throw new CommandError("a heredoc must be the last of what is typed at once here", 2);
  return only ?? { words: [] };
}

function runFirst(terminal: Terminal, stage: string, tty: boolean): Answer {
  const line = invocation(stage);
  let { words } = line;
  let netns = terminal.session.netns ?? ROOT;
  for (;;) {
    const [before = "", option] = words;
    if (before === "sudo" || before === "time" || before === "exec") {
      if (option?.startsWith("-")) throw new CommandError(`${before}: ${option} is not supported here`, 2);
      words = words.slice(1);
    }
    if (before === "timeout") {
      const [, value, unit = "s"] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(option ?? "") ?? [];
      if (value === undefined) throw new CommandError(`timeout: invalid time interval '${option ?? ""}'`, 125);
      if (terminal.following)
        terminal.following.seconds = Number(value) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1);
      words = words.slice(2);
    }
    const inner = inNamespace(words);
    if (!inner && words[0] !== before) continue;
    if (!inner) break;
    ({ netns, words } = inner);
    terminal.namespace(netns);
  }
  const [path, ...rest] = words;
  const program = path?.slice(path.lastIndexOf("/") + 1);
  if (line.output && program !== "cat")
    throw new CommandError("output goes to the screen here: redirections are not supported", 2);
  if (program === undefined && line.words.length === 0)
    throw new CommandError("a line needs a command here: neither variables nor redirections alone are supported", 2);
  if (program === undefined) return { text: "", status: 0 }; // `sudo` alone.
  return runProgram(terminal, { program, words: rest, netns, line: { ...line, words }, tty });
}

const FLAG = /^-(4|6|o|oneline|s|stats|d|details|br|brief|c(olor)?(=.*)?|j|json|b)$/;

/** `ip netns exec NAME COMMAND`, `ip -n NAME …`, `bridge -n NAME …`, `nsenter --net=/run/netns/NAME COMMAND`. */
function inNamespace(words: readonly string[]): { netns: string; words: readonly string[] } | undefined {
  const program = words[0]?.slice(words[0].lastIndexOf("/") + 1);
  if (program === "nsenter") {
    const netns = /^(?:--net|-n)=?\/(?:var\/)?run\/netns\/(.+)$/.exec(words[1] ?? "")?.[1];
    if (netns === undefined) throw new CommandError("nsenter: only --net=/run/netns/NAME is supported here", 1);
    return { netns, words: words.slice(2) };
  }
  if (program !== "ip" && program !== "bridge") return undefined;
  let at = 1;
  while (FLAG.test(words[at] ?? "")) at++;
  const option = words[at];
  if (option === "-n" || option === "-netns") {
    const netns = words[at + 1];
    if (netns === undefined) throw new CommandError('Command line is not complete. Try option "help"', 255);
    return { netns, words: [...words.slice(0, at), ...words.slice(at + 2)] };
  }
  if (program !== "ip" || !/^netn?s?$/.test(option ?? "") || !/^e(x(ec?)?)?$/.test(words[at + 1] ?? ""))
    return undefined;
  const netns = words[at + 2];
  if (netns === undefined) throw new CommandError("No netns name specified", 255);
  if (words.length === at + 3) throw new CommandError("No command specified", 255);
  return { netns, words: words.slice(at + 3) };
}
