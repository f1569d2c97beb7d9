/** Makes a built cloud forget whom it has heard, as often as it is asked: neighbours, and what bridges and switches learned. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface Memories {
  /** Files that are namespaces. */
  readonly namespaces: readonly string[];
  /** Files of sysfs that flush a bridge. */
  readonly bridges: readonly string[];
  /** Control sockets of ovs-vswitchd. */
  readonly switches: readonly string[];
}

export class Forgetting {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = "";

  private constructor(memories: Memories) {
    this.#child = spawn("python3", [fileURLToPath(new URL("forget.py", import.meta.url))]);
    this.#child.stderr.on("data", (text) => {
      this.#errors += text;
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#child.stdin.write(`${JSON.stringify(memories)}\n`);
  }

  static async start(memories: Memories): Promise<Forgetting> {
    const forgetting = new Forgetting(memories);
    await forgetting.#answer();
    return forgetting;
  }

  async forget(): Promise<void> {
    this.#child.stdin.write("\n");
    await this.#answer();
  }

  async #answer(): Promise<void> {
    const { done } = await this.#lines.next();
    if (done) throw new Error(`forgetting stopped: ${this.#errors}`);
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }
}
