/** Processes that write, until they are killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { StorePlace } from "../open.ts";

const WRITER = fileURLToPath(new URL("./writer.ts", import.meta.url));

export class Writer {
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private output = "";

  constructor(place: StorePlace, prefix: string) {
    this.child = spawn(process.execPath, [WRITER, JSON.stringify(place), prefix], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.ended = once(this.child, "close");
    this.child.stdout?.on("data", (text) => {
      this.output += text;
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Whole lines so far: ids of acknowledged writes, or why it could not write. */
  get lines(): string[] {
    return this.output.split("\n").slice(0, -1);
  }

  /** Resolves once it has printed `n` lines, or has ended. */
  async printed(n: number): Promise<void> {
    while (this.lines.length < n && this.child.exitCode === null)
      await Promise.race([once(this.child.stdout ?? this.child, "data"), this.ended]);
  }

  /** kill -9, in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}
