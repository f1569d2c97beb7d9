import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A guest's plug: the tap in the host's namespace, and eth0 in the guest's. */
export interface Plug {
  netns: string;
  device: string;
  mac: string;
  guest: string;
  guestMac: string;
}

export interface Captured {
  netns: string;
  device: string;
  dir: "in" | "out";
  /** The whole frame, hexadecimal. */
  hex: string;
}

/** Runs guests' network cards, and captures on every device of the namespaces. */
export class Machines {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = "";

  private constructor(plugs: readonly Plug[], netns: readonly string[]) {
    this.#child = spawn("python3", [fileURLToPath(new URL("machines.py", import.meta.url))]);
    this.#child.stderr.on("data", (d) => {
      this.#errors += d;
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    const taps = plugs.map((p) => [p.netns, p.device, p.mac, p.guest, p.guestMac]);
    this.#child.stdin.write(`${JSON.stringify({ taps, capture: netns })}\n`);
  }

  /** Devices exist when this resolves. */
  static async start(plugs: readonly Plug[], netns: readonly string[]): Promise<Machines> {
    const machines = new Machines(plugs, netns);
    await machines.#answer();
    return machines;
  }

  /** The frames since the last call, once all is quiet, in the order of the kernel's time. */
  async captured(): Promise<Captured[]> {
    this.#child.stdin.write("\n");
    const frames = await this.#answer();
    return frames.map(([, netns, device, dir, hex]) => ({ netns, device, dir, hex }));
  }

  async #answer(): Promise<[number, string, string, "in" | "out", string][]> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the machines stopped: ${this.#errors}`);
    return JSON.parse(value);
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }
}
