/** What stands on a terminal's screen: output, prompt, and the line being typed, drawn again at each key. */
import type { Terminal } from "@xterm/xterm";
import { EMPTY, type Line } from "../../lib/client/terminal/line-editor.ts";

const DIM = "\x1b[2m";
const BOLD = "\x1b[1m";
const PLAIN = "\x1b[0m";

export class Screen {
  private readonly terminal: Terminal;
  private prompt = "";
  private shown: Line = EMPTY;
  /** Rows between the prompt's first one and the cursor. */
  private row = 0;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** Characters that would move the cursor or colour the screen are shown as marks: names in a recording may hold any. A NUL shows nothing. */
  print(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
    this.terminal.write(text.replace(/[\x01-\x08\x0b-\x1f\x7f-\x9f]/g, "\ufffd").replaceAll("\n", "\r\n"));
  }

  note(text: string): void {
    this.terminal.write(DIM);
    this.print(`# ${text}\n`);
    this.terminal.write(PLAIN);
  }

  ask(prompt: string, line: Line = EMPTY): void {
    this.prompt = prompt;
    this.row = 0;
    this.shown = EMPTY;
    this.terminal.write(`${BOLD}${prompt}${PLAIN}`);
    if (line.text !== "" || prompt.length >= this.terminal.cols) this.draw(line);
  }

  draw(line: Line): void {
    const { cols } = this.terminal;
    if (this.append(line)) return;
    const length = this.prompt.length + line.text.length;
    const at = this.prompt.length + line.cursor;
    const up = this.row > 0 ? `\x1b[${this.row}A` : "";
    // A line that fills its row would leave the cursor hanging at the edge.
    const full = length > 0 && length % cols === 0 ? "\r\n" : "";
    const end = Math.floor(length / cols);
    const row = Math.floor(at / cols);
    const back = end > row ? `\x1b[${end - row}A` : "";
    const column = at % cols;
    const shown = line.text.replaceAll("\n", " ");
    this.terminal.write(
      `${up}\r\x1b[J${BOLD}${this.prompt}${PLAIN}${shown}${full}${back}\r${column > 0 ? `\x1b[${column}C` : ""}`,
    );
    this.shown = line;
    this.row = row;
  }

  /** What comes at the end is written alone, so that a screen reader says just that. */
  private append(line: Line): boolean {
    const { text, cursor } = this.shown;
    const { cols } = this.terminal;
    const before = this.prompt.length + text.length;
    const after = this.prompt.length + line.text.length;
    const within = Math.floor(before / cols) === Math.floor(after / cols) && before % cols !== 0;
    const ends = cursor === text.length && line.cursor === line.text.length;
    if (!within || !ends || after <= before || !line.text.startsWith(text) || line.text.includes("\n")) return false;
    this.terminal.write(line.text.slice(text.length));
    this.shown = line;
    return true;
  }

  /** Leaves the line as it stands, and goes on below it. */
  leave(mark = ""): void {
    this.draw({ text: this.shown.text, cursor: this.shown.text.length });
    this.terminal.write(`${mark}\r\n`);
    this.row = 0;
  }

  clear(): void {
    this.terminal.write("\x1b[H\x1b[2J\x1b[3J");
    this.row = 0;
  }
}
