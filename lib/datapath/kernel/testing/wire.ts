import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A frame that is sent after each frame, and what shows that it went all the way. */
export interface Sentinel {
  frame: string;
  until: [end: number, prefix: string];
}

/** Raw Ethernet ends in namespaces; frames are hexadecimal text. */
export class Wire {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = "";

  /** `ends`: `namespace:device` each. */
  constructor(ends: readonly string[]) {
    this.#child = spawn("python3", [fileURLToPath(new URL("wire.py", import.meta.url)), ...ends]);
    this.#child.stderr.on("data", (d) => {
      this.#errors += d;
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ready(): Promise<void> {
    await this.#answer();
  }

  async send(end: number, frame: string, sentinel: Sentinel): Promise<[end: number, frame: string][]> {
    this.#child.stdin.write(`${JSON.stringify({ end, frame, sentinel: sentinel.frame, until: sentinel.until })}\n`);
    const answer = (await this.#answer()) as { frames?: [number, string][]; error?: string };
    if (!answer.frames) throw new Error(answer.error ?? "no frames");
    return answer.frames;
  }

  async #answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the wire broke: ${this.#errors}`);
    return JSON.parse(value);
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }
}
