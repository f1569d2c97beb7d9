/** A console's keys and lines: types, sends, prints, and asks for the next one. */
import type { Terminal } from "@xterm/xterm";
import type { ConsoleInfo, ConsoleQuestion, ConsoleReply, ConsoleSession } from "../../lib/api/console.ts";
import { asFailure } from "../../lib/client/error.ts";
import { keepHistory, loadHistory } from "../../lib/client/terminal/history.ts";
import { complete, EMPTY, edit, goesOn, type Key, keysOf, type Line } from "../../lib/client/terminal/line-editor.ts";
import { Screen } from "./console-screen.ts";

/** Between two looks at what a program that goes on has printed. */
const PERIOD_MS = 1000;
const PATIENCE_MS = 10_000;

export interface ShellOptions {
  readonly host: string;
  readonly session: ConsoleSession;
  info(): ConsoleInfo | undefined;
  send(question: ConsoleQuestion, signal: AbortSignal): Promise<ConsoleReply>;
  /** The host is another one now. */
  changed(): void;
  busy(busy: boolean): void;
}

export class Shell {
  private readonly terminal: Terminal;
  private readonly options: ShellOptions;
  private readonly screen: Screen;
  private readonly history = loadHistory();
  private session: ConsoleSession;
  private line: Line = EMPTY;
  /** Lines of a command that goes on. */
  private begun = "";
  private running: AbortController | undefined;
  /** Typed while another line runs. */
  private waiting: Key[] = [];

  constructor(terminal: Terminal, options: ShellOptions) {
    this.terminal = terminal;
    this.options = options;
    this.session = options.session;
    this.screen = new Screen(terminal);
    terminal.onData((data) => this.take(keysOf(data)));
    terminal.onResize(() => {
      if (!this.running) this.screen.draw(this.line);
    });
  }

  /** @param readOnly why nothing can be changed here */
  greet(readOnly?: string): void {
    this.screen.note(readOnly ?? `${this.options.host} is a simulated host: nothing here runs on a real machine.`);
    this.screen.note("`help` says what can be typed.");
    this.ask();
  }

  /** As if somebody had typed it. */
  type(text: string): void {
    this.take([{ kind: "text", text }]);
  }

  stop(): void {
    this.running?.abort();
  }

  private prompt(): string {
    if (this.begun !== "") return "> ";
    const { netns, guest } = this.session;
    if (guest !== undefined) return `${this.options.info()?.guests[guest] ?? "instance"}:~$ `;
    const place = netns === undefined ? "" : ` ${netns.length > 20 ? `${netns.slice(0, 19)}…` : netns}`;
    return `root@${this.options.host}${place}:~# `;
  }

  private ask(): void {
    this.line = EMPTY;
    this.screen.ask(this.prompt());
  }

  private take(keys: readonly Key[]): void {
    for (const [i, key] of keys.entries()) {
      if (this.running) {
        if (key.kind === "interrupt") {
          this.waiting = [];
          this.running.abort();
        } else this.waiting.push(...keys.slice(i));
        return;
      }
      this.press(key);
    }
  }

  private press(key: Key): void {
    switch (key.kind) {
      case "enter":
        this.enter();
        return;
      case "interrupt":
        this.screen.leave("^C");
        this.begun = "";
        this.ask();
        return;
      case "clear":
        this.screen.clear();
        this.screen.ask(this.prompt(), this.line);
        return;
      case "end":
        if (this.line.text === "" && (this.session.netns !== undefined || this.session.guest !== undefined))
          this.run("exit");
        return;
      case "complete":
        this.complete();
        return;
      case "older":
        this.recall(this.history.older(this.line.text));
        return;
      case "newer":
        this.recall(this.history.newer());
        return;
      default:
        this.line = edit(this.line, key);
        this.screen.draw(this.line);
    }
  }

  private recall(text: string | undefined): void {
    if (text === undefined) return;
    this.line = { text, cursor: text.length };
    this.screen.draw(this.line);
  }

  private complete(): void {
    const info = this.options.info();
    if (!info) return;
    const { line, choices } = complete(this.line, info);
    if (choices.length === 0) {
      this.line = line;
      this.screen.draw(line);
      return;
    }
    const kept = this.line;
    this.screen.leave();
    this.screen.print(`${columns(choices, this.terminal.cols)}\n`);
    this.screen.ask(this.prompt(), kept);
  }

  private enter(): void {
    const text = this.begun === "" ? this.line.text : `${this.begun}\n${this.line.text}`;
    this.screen.leave();
    if (goesOn(text)) {
      this.begun = text.replace(/\\$/, "");
      this.ask();
      return;
    }
    this.begun = "";
    this.run(text);
  }

  private run(text: string): void {
    this.line = EMPTY;
    if (text.trim() === "") {
      this.ask();
      return;
    }
    this.history.add(text.includes("\n") ? "" : text);
    keepHistory(this.history);
    const running = new AbortController();
    this.running = running;
    this.options.busy(true);
    void this.follow(text, running.signal)
      .catch((error: unknown) => {
        if (running.signal.aborted) this.screen.print("^C\n");
        else this.screen.note(asFailure(error).message);
      })
      .finally(() => {
        this.running = undefined;
        this.options.busy(false);
        this.ask();
        this.take(this.waiting.splice(0));
      });
  }

  /** A program that goes on is asked again and again, until it ends or is ended. */
  private async follow(line: string, signal: AbortSignal): Promise<void> {
    const since = Date.now();
    const { session } = this;
    let reply = await this.options.send({ line, session, follow: null }, signal);
    this.show(reply);
    while (reply.follow) {
      const { progress, farewell, seconds = Number.POSITIVE_INFINITY } = reply.follow;
      await pause(PERIOD_MS, signal);
      if (signal.aborted || Date.now() - since > seconds * 1000) {
        this.screen.print(`${signal.aborted ? "^C\n" : ""}${farewell}`);
        return;
      }
      reply = await this.options.send({ line, session, follow: progress }, AbortSignal.timeout(PATIENCE_MS));
      this.show(reply);
    }
  }

  private show(reply: ConsoleReply): void {
    if (reply.clear) this.screen.clear();
    this.session = reply.session;
    const { output } = reply;
    this.screen.print(output === "" || output.endsWith("\n") ? output : `${output}\n`);
    for (const note of reply.notes) this.screen.note(note);
    if (reply.changes > 0) this.options.changed();
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });
}

/** As many a row as fit. */
function columns(words: readonly string[], width: number): string {
  const most = 120;
  const shown = words.slice(0, most);
  const column = Math.max(...shown.map((word) => word.length)) + 2;
  const count = Math.max(1, Math.floor(width / column));
  const rows: string[] = [];
  for (let i = 0; i < shown.length; i += count)
    rows.push(
      shown
        .slice(i, i + count)
        .map((word) => word.padEnd(column))
        .join("")
        .trimEnd(),
    );
  if (words.length > most) rows.push(`… and ${words.length - most} more`);
  return rows.join("\n");
}
