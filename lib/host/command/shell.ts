/** Commands as the lines of a shell script, and back. */
import { ROOT } from "../edit.ts";
import { type Command, CommandError, type Invocation } from "./command.ts";
import { toolNamed, toolOf } from "./tools.ts";
import { parseScript, printInvocation } from "./words.ts";

/** The exact line (with its heredoc, where the tool reads standard input). */
export function printCommand({ netns, run }: Command): string {
  const line = toolNamed(run.tool).print(run);
  if (netns === ROOT) return printInvocation(line);
  return printInvocation({ ...line, words: ["ip", "netns", "exec", netns, ...line.words] });
}

export function printCommands(commands: readonly Command[]): string {
  return commands.map((command) => `${printCommand(command)}\n`).join("");
}

/** Throws CommandError for what no shell or tool would take, or what is not supported here. */
export function parseCommands(text: string): Command[] {
  return parseScript(text).map(readInvocation);
}

/** Exactly one command. */
export function parseCommand(text: string): Command {
  const [first, ...rest] = parseCommands(text);
  if (!first || rest.length > 0) throw new CommandError(`one command was expected: ${text.slice(0, 100)}`, 2);
  return first;
}

function readInvocation(line: Invocation): Command {
  let { words } = line;
  let netns = ROOT;
  for (;;) {
    const inner = inNamespace(words);
    if (!inner) break;
    ({ netns, words } = inner);
  }
  const [program = "", ...rest] = words;
  const tool = toolOf(program);
  if (!tool) throw new CommandError(`${program}: command not found`, 127);
  return { netns, run: tool.parse(program, rest, line.input, line) };
}

/** Options of `ip` that may stand before `-n NAME`, and take no value. */
const FLAGS = new Set(["-4", "-6", "-o", "-oneline", "-s", "-d", "-j", "-b", "-details", "-json"]);

/** `ip netns exec NAME COMMAND …`, `ip -n NAME …`, `bridge -n NAME …`. */
function inNamespace(words: readonly string[]): { netns: string; words: readonly string[] } | undefined {
  const program = words[0]?.slice(words[0].lastIndexOf("/") + 1);
  if (program !== "ip" && program !== "bridge") return undefined;
  let at = 1;
  while (FLAGS.has(words[at] ?? "")) at++;
  const option = words[at];
  if (option === "-n" || option === "-netns") {
    const netns = words[at + 1];
    if (netns === undefined) throw new CommandError('Command line is not complete. Try option "help"', 255);
    return { netns, words: [...words.slice(0, at), ...words.slice(at + 2)] };
  }
  if (program !== "ip" || option !== "netns" || !/^e(x(ec?)?)?$/.test(words[at + 1] ?? "")) return undefined;
  const netns = words[at + 2];
  if (netns === undefined) throw new CommandError("No netns name specified", 255);
  if (words.length === at + 3) throw new CommandError("No command specified", 255);
  return { netns, words: words.slice(at + 3) };
}
