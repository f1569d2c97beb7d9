/** A line as typed, cut into commands: `;`, `&&`, `||` and `|` outside of quotes (POSIX shell, XCU 2.9). */
import { CommandError } from "../host/command/command.ts";

export interface Pipeline {
  /** What must have come of the pipeline before: always runs, only after success, only after failure. */
  readonly after: ";" | "&&" | "||";
  /** Commands from left to right, each as it was typed. */
  readonly stages: readonly string[];
}

interface Read extends Pipeline {
  readonly stages: string[];
  /** What comes behind it. */
  end: ";" | "&&" | "||" | "newline";
}

/** A line with a heredoc is one command: its body may hold anything. Throws CommandError for a stage without a command. */
export function pipelines(text: string): Pipeline[] {
  if (/(^|[^<'"])<<-?\s*['"]?\w/.test(text)) return [{ after: ";", stages: [text] }];
  const out: Read[] = [{ after: ";", stages: [""], end: "newline" }];
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    const current = out.at(-1) as Read;
    const add = (piece: string) => {
      current.stages[current.stages.length - 1] += piece;
    };
    const two = text.slice(i, i + 2);
    if (quote !== "'" && (c === "`" || two === "$(")) throw unsupported("command substitutions");
    if (quote !== "'" && /^\$[\w{?!@#*$-]/.test(two)) throw unsupported("variables");
    if (quote !== "") {
      if (c === quote) quote = "";
      if (c === "\\" && quote === '"') add(c + text.charAt(++i));
      else add(c);
    } else if (c === "'" || c === '"') {
      quote = c;
      add(c);
    } else if (c === "\\") add(c + text.charAt(++i));
    else if (c === "#" && /(^|\s)$/.test(current.stages.at(-1) ?? "")) {
      while (i + 1 < text.length && text.charAt(i + 1) !== "\n") i++;
    } else if (two === "&&" || two === "||") {
      current.end = two;
      out.push({ after: two, stages: [""], end: "newline" });
      i++;
    } else if (two === ";;") throw unexpected(two);
    else if (c === "&" && text.charAt(i - 1) !== ">") throw unsupported("background jobs (&)");
    else if (c === "<") throw unsupported("redirections of input (<)");
    else if (c === ";" || c === "\n") {
      if (c === ";") current.end = c;
      out.push({ after: ";", stages: [""], end: "newline" });
    } else if (c === "|") current.stages.push("");
    else add(c);
  }
  return out.filter(checked);
}

function checked({ after, stages, end }: Read): boolean {
  if (stages.length === 1 && stages[0]?.trim() === "") {
    if (after !== ";" || end !== "newline") throw unexpected(end);
    return false;
  }
  if (stages.some((stage) => stage.trim() === "")) throw unexpected("|");
  const grammar = stages.find((stage) => GRAMMAR.test(stage));
  if (grammar !== undefined) throw unsupported("loops, conditions, functions and groups");
  return true;
}

/** What a shell takes for its own language: its parts would run here as if they stood alone. */
const GRAMMAR =
  /^\s*(?:(?:for|while|until|if|case|select|function|then|do|else|elif|fi|done|esac|!|\{|\}|\[\[)(?:\s|$)|\(|[\w-]+\s*\(\))/;

function unsupported(what: string): CommandError {
  return new CommandError(`${what} are not supported here; type plain commands`, 2);
}

function unexpected(token: string): CommandError {
  return new CommandError(`syntax error near unexpected token \`${token}'`, 2);
}

/** Where standard error goes makes no difference here: both are shown. */
export function withoutErrorRedirects(stage: string): string {
  return stage.replace(/(^|\s)(2>&1|2>\s*\/dev\/null)(?=\s|$)/g, "$1");
}

/**
 * Brackets within a word are taken as they are, as people write flows (`resubmit(,1)`): a shell would have them quoted, and
 * there is nothing else here that they could mean.
 */
export function withPlainBrackets(stage: string): string {
  if (stage.includes("\n")) return stage;
  let quote = "";
  let out = "";
  for (let i = 0; i < stage.length; i++) {
    const c = stage.charAt(i);
    if (quote === "" && (c === "(" || c === ")") && /\S/.test(stage.charAt(i - 1))) out += "\\";
    if (c === quote) quote = "";
    else if (quote === "" && (c === "'" || c === '"')) quote = c;
    out += c;
    if (c === "\\" && quote !== "'") out += stage.charAt(++i);
  }
  return out;
}
