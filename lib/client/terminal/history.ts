/** Lines typed before, newest last, kept for the next visit; and the way through them by arrow keys. */

const KEY = "underlay.console-history";
const MOST = 200;

export class LineHistory {
  private readonly lines: string[];
  private at: number;
  private draft = "";

  constructor(lines: readonly string[] = []) {
    this.lines = [...lines];
    this.at = this.lines.length;
  }

  add(line: string): void {
    if (line.trim() !== "" && this.lines.at(-1) !== line) this.lines.push(line);
    if (this.lines.length > MOST) this.lines.shift();
    this.at = this.lines.length;
  }

  /** @param typed what stands there now: it is the newest entry until it is sent */
  older(typed: string): string | undefined {
    if (this.at === 0) return undefined;
    if (this.at === this.lines.length) this.draft = typed;
    return this.lines[--this.at];
  }

  newer(): string | undefined {
    if (this.at >= this.lines.length) return undefined;
    return ++this.at === this.lines.length ? this.draft : this.lines[this.at];
  }

  list(): readonly string[] {
    return this.lines;
  }
}

export function loadHistory(): LineHistory {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return new LineHistory(Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : []);
  } catch {
    return new LineHistory();
  }
}

export function keepHistory(history: LineHistory): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(history.list()));
  } catch {
    // A full or forbidden storage forgets: nothing else is lost.
  }
}
