/** The words of a shell line: quoting as a POSIX shell reads it (XCU 2.2), heredocs, redirections, sequences. */
import { CommandError, type Invocation } from "./command.ts";

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

/** As little quoting as the shell allows. */
export function quoteWord(word: string): string {
  if (PLAIN.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** One line, or a line and its heredoc. */
export function printInvocation({ words, environment = [], input, output }: Invocation): string {
  const assignments = environment.map((entry) => {
    const equals = entry.indexOf("=") + 1;
    return entry.slice(0, equals) + (equals === entry.length ? "" : quoteWord(entry.slice(equals)));
  });
  // A first word that looks like an assignment would be one.
  const quoted = words.map((word, i) => (i === 0 && ASSIGNMENT.test(word) ? `'${word}'` : quoteWord(word)));
  let line = [...assignments, ...quoted].join(" ");
  if (output) line += ` ${output.append ? ">>" : ">"} ${quoteWord(output.file)}`;
  if (input === undefined) return line;
  const body = input === "" || input.endsWith("\n") ? input : `${input}\n`;
  let end = "EOF";
  while (body.split("\n").includes(end)) end += "_";
  return `${line} <<'${end}'\n${body}${end}`;
}

type Token =
  | { readonly kind: "word"; readonly text: string; readonly quoted: boolean }
  | { readonly kind: "operator"; readonly text: string };

/** Every command of a script, in order. Throws CommandError for what is not supported: pipes, variables, loops. */
export function parseScript(text: string): Invocation[] {
  const out: Invocation[] = [];
  const reader = new ScriptReader(text);
  for (;;) {
    const next = reader.invocation();
    if (next === undefined) return out;
    if (next.words.length > 0) out.push(next);
  }
}

class ScriptReader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Up to the end of the line or a separator; undefined at the end of the script. */
  invocation(): Invocation | undefined {
    if (this.at >= this.text.length) return undefined;
    const words: string[] = [];
    const environment: string[] = [];
    let output: Invocation["output"];
    let heredoc: string | undefined;
    let input: string | undefined;
    for (;;) {
      const token = this.token();
      if (token === undefined) break;
      if (token.kind === "word") {
        if (words.length === 0 && !token.quoted && ASSIGNMENT.test(token.text)) environment.push(token.text);
        else words.push(token.text);
      } else if (token.text === "\n" || token.text === ";" || token.text === "&&") {
        if (token.text === "\n" && heredoc !== undefined) input = this.heredoc(heredoc);
        else if (heredoc !== undefined) throw new CommandError("a heredoc must end its line", 2);
        break;
      } else if (token.text === "<<") heredoc = this.operand();
      else if (token.text === ">" || token.text === ">>")
        output = { file: this.operand(), append: token.text === ">>" };
      else throw new CommandError(`syntax error near unexpected token \`${token.text}'`, 2);
    }
    return {
      words,
      ...(environment.length > 0 && { environment }),
      ...(input !== undefined && { input }),
      ...(output && { output }),
    };
  }

  operand(): string {
    const token = this.token();
    if (token?.kind !== "word") throw new CommandError("syntax error near unexpected token `newline'", 2);
    return token.text;
  }

  heredoc(end: string): string {
    const lines: string[] = [];
    while (this.at < this.text.length) {
      const stop = this.text.indexOf("\n", this.at);
      const line = this.text.slice(this.at, stop < 0 ? undefined : stop);
      this.at = stop < 0 ? this.text.length : stop + 1;
      if (line === end) return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
      lines.push(line);
    }
    throw new CommandError(`here-document delimited by end-of-file (wanted \`${end}')`, 2);
  }

  token(): Token | undefined {
    const { text } = this;
    while (this.at < text.length && (/[ \t\r]/.test(text.charAt(this.at)) || text.startsWith("\\\n", this.at)))
      this.at += text.charAt(this.at) === "\\" ? 2 : 1;
    if (text.charAt(this.at) === "#") while (this.at < text.length && text.charAt(this.at) !== "\n") this.at++;
    if (this.at >= text.length) return undefined;
    const operator = /^(?:\n|;|&&|<<-?|>>|[<>|&()`])/.exec(text.slice(this.at, this.at + 3))?.[0];
    if (operator !== undefined) {
      this.at += operator.length;
      return { kind: "operator", text: operator };
    }
    return this.word();
  }

  word(): Token {
    const { text } = this;
    let out = "";
    let quoted = false;
    for (; this.at < text.length; this.at++) {
      const c = text.charAt(this.at);
      if (/[\s;<>|&()`]/.test(c)) break;
      if (c === "$") throw new CommandError(`variables are not supported: ${text.slice(this.at, this.at + 20)}`, 2);
      if (c === "\\") {
        out += text.charAt(++this.at);
        quoted = true;
      } else if (c === "'" || c === '"') {
        out += this.quoted(c);
        quoted ||= out === "" || !ASSIGNMENT.test(out);
      } else out += c;
    }
    return { kind: "word", text: out, quoted };
  }

  /** From the opening quote to the closing one; the latter becomes the current character. */
  quoted(quote: string): string {
    const { text } = this;
    let out = "";
    for (this.at++; this.at < text.length; this.at++) {
      const c = text.charAt(this.at);
      if (c === quote) return out;
      const next = text.charAt(this.at + 1);
      if (c === "\\" && quote === '"' && (next === '"' || next === "\\" || next === "$" || next === "`")) {
        out += next;
        this.at++;
      } else out += c;
    }
    throw new CommandError(`unexpected EOF while looking for matching \`${quote}'`, 2);
  }
}
