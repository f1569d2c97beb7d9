/**
 * A private Open vSwitch with dummy devices: own database, own run directory, nothing of the machine's network is touched.
 * How to start one is taken from tests/ofproto-macros.at.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";
const START_LIMIT_MS = 15_000;

export class PrivateSwitch {
  readonly dir: string;
  readonly #children: ChildProcess[];
  readonly #control: Control;

  private constructor(dir: string, children: ChildProcess[], control: Control) {
    this.dir = dir;
    this.#children = children;
    this.#control = control;
  }

  /** Fails with the reason when Open vSwitch is not installed or does not start. */
  static async start(): Promise<PrivateSwitch> {
    const dir = await mkdtemp(join(tmpdir(), "underlay-ovs-"));
    const env = { ...process.env, OVS_RUNDIR: dir, OVS_LOGDIR: dir, OVS_DBDIR: dir, OVS_SYSCONFDIR: dir };
    const db = `unix:${dir}/db.sock`;
    const children: ChildProcess[] = [];
    try {
      await run("ovsdb-tool", ["create", `${dir}/conf.db`, SCHEMA]);
      children.push(
        daemon(
          "ovsdb-server",
          [`--remote=punix:${dir}/db.sock`, `--unixctl=${dir}/db.ctl`, "-voff", `${dir}/conf.db`],
          env,
        ),
      );
      await appears(`${dir}/db.sock`);
      await run("ovs-vsctl", [`--db=${db}`, "--no-wait", "init"], { env });
      children.push(
        daemon("ovs-vswitchd", ["--enable-dummy", "--disable-system", `--unixctl=${dir}/vs.ctl`, "-voff", db], env),
      );
      await appears(`${dir}/vs.ctl`);
      return new PrivateSwitch(dir, children, await Control.open(`${dir}/vs.ctl`));
    } catch (error) {
      await stop(children, dir);
      throw error;
    }
  }

  async vsctl(...args: string[]): Promise<string> {
    return (await run("ovs-vsctl", [`--db=unix:${this.dir}/db.sock`, "--timeout=20", ...args])).stdout;
  }

  /** `ovs-ofctl` on one bridge, with text on standard input where a file name is `-`. */
  ofctl(
    command: string,
    bridge: string,
    args: readonly string[],
    input = "",
    versions = "OpenFlow10,OpenFlow13,OpenFlow15",
  ): Promise<string> {
    const child = run("ovs-ofctl", [`-O${versions}`, command, `unix:${this.dir}/${bridge}.mgmt`, ...args], {
      maxBuffer: 1 << 28,
    });
    // The answer tells what went wrong where the command ended before it had read everything.
    child.child.stdin?.on("error", () => {});
    child.child.stdin?.end(input);
    return child.then((r) => r.stdout);
  }

  /** Same for one version of OpenFlow, such as OpenFlow13. */
  async dump(version: string, command: string, bridge: string): Promise<string> {
    return (
      await run("ovs-ofctl", [`-O${version}`, command, `unix:${this.dir}/${bridge}.mgmt`], { maxBuffer: 1 << 28 })
    ).stdout;
  }

  /** A command over the control socket, as ovs-appctl sends it. Throws the switch's own error. */
  appctl(method: string, ...params: string[]): Promise<string> {
    return this.#control.call(method, params);
  }

  async stop(): Promise<void> {
    this.#control.close();
    await stop(this.#children, this.dir);
  }
}

function daemon(command: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(command, args, { env, stdio: "ignore" });
  child.on("error", () => {});
  return child;
}

async function stop(children: readonly ChildProcess[], dir: string): Promise<void> {
  for (const child of [...children].reverse()) {
    if (child.pid === undefined || child.exitCode !== null) continue;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }
  await rm(dir, { recursive: true, force: true });
}

async function appears(path: string): Promise<void> {
  const end = Date.now() + START_LIMIT_MS;
  while (!existsSync(path)) {
    if (Date.now() > end) throw new Error(`${path} did not appear: is openvswitch-switch installed?`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** JSON-RPC over a unix socket (lib/unixctl.c), one request at a time. */
class Control {
  readonly #socket: Socket;
  #buffer: Buffer[] = [];
  #waiting: { resolve(text: string): void; reject(error: Error): void } | undefined;
  #id = 0;
  #last = "";

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("close", () =>
      this.#waiting?.reject(new Error(`ovs-vswitchd closed its control socket at ${this.#last}`)),
    );
    socket.on("error", (error) => this.#waiting?.reject(error));
  }

  static open(path: string): Promise<Control> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once("error", reject);
      socket.once("connect", () => resolve(new Control(socket)));
    });
  }

  call(method: string, params: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#last = `${method} ${params.join(" ")}`;
      this.#socket.write(JSON.stringify({ id: this.#id++, method, params }));
    });
  }

  #take(chunk: Buffer): void {
    this.#buffer.push(chunk);
    // A reply ends with a brace, and only a whole one parses.
    if (chunk.at(-1) !== 125) return;
    let reply: { result: string | null; error: string | null };
    try {
      reply = JSON.parse(Buffer.concat(this.#buffer).toString());
    } catch {
      return;
    }
    this.#buffer = [];
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (reply.error !== null) waiting?.reject(new Error(String(reply.error).trim()));
    else waiting?.resolve(reply.result ?? "");
  }

  close(): void {
    this.#socket.destroy();
  }
}
