/** A private PostgreSQL server for one test file: Debian's programs, a directory of its own, a socket and no port. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import pg from "pg";

const VERSIONS = "/usr/lib/postgresql";
const STILL_ATTACHED = "pre-existing shared memory block";
const SUPERUSER = "postgres";
/** PostgreSQL refuses to run as root. */
const AS_POSTGRES = ["--reuid", "postgres", "--regid", "postgres", "--init-groups"];

export class PostgresServer {
  private readonly bin = binaries();
  private readonly dir = mkdtempSync(path.join(tmpdir(), "underlay-pg-"));
  private child: ChildProcess | undefined;
  private databases = 0;

  static async start(): Promise<PostgresServer> {
    const server = new PostgresServer();
    const data = server.data;
    if (isRoot()) {
      chownSync(server.dir, numberOf("-u"), numberOf("-g"));
      chmodSync(server.dir, 0o755);
    }
    // A linguistic order, in which `a-` stands behind `aa`: nothing of ours may depend on it.
    const locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"];
    const [command, args] = asPostgres(path.join(server.bin, "initdb"), [
      ...["-D", data, "-U", SUPERUSER, "-A", "trust", "--no-sync", ...locale],
    ]);
    execFileSync(command, args, { cwd: server.dir, stdio: "pipe" });
    await server.run();
    return server;
  }

  /** An empty database. @returns its URL */
  async createDatabase(): Promise<string> {
    const name = `test${++this.databases}`;
    await this.administer(`create database ${name}`);
    return this.url(name);
  }

  /** Starts the server, also after `kill`. */
  async run(): Promise<void> {
    // Sessions of a killed server end when they notice, and until then keep a new one from starting.
    let log: string | undefined = STILL_ATTACHED;
    while (log?.includes(STILL_ATTACHED)) log = await this.attempt();
    if (log !== undefined) throw new Error(`PostgreSQL did not start:\n${log}`);
  }

  /** @returns what it said when it ended at once */
  private async attempt(): Promise<string | undefined> {
    const settings = { fsync: "on", listen_addresses: "", unix_socket_directories: this.dir, max_connections: "60" };
    const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const [command, args] = asPostgres(path.join(this.bin, "postgres"), ["-D", this.data, ...options]);
    const child = spawn(command, args, { cwd: this.dir, stdio: ["ignore", "ignore", "pipe"] });
    let log = "";
    child.stderr.on("data", (text) => {
      log = `${log}${text}`.slice(-4_000);
    });
    this.child = child;
    for (;;) {
      if (child.exitCode !== null) return log;
      try {
        await this.administer("select 1");
        return undefined;
      } catch {
        await setTimeout(50); // It says nowhere when it is ready.
      }
    }
  }

  /** kill -9 of the server: what its disk has is what is left. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.end("SIGINT");
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Runs a statement as superuser. */
  async administer(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.url("postgres") });
    client.on("error", () => {});
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }

  private get data(): string {
    return path.join(this.dir, "data");
  }

  private url(database: string): string {
    return `postgres://${SUPERUSER}@localhost/${database}?host=${encodeURIComponent(this.dir)}`;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}

/** The newest version that is installed. */
function binaries(): string {
  const newest = readdirSync(VERSIONS)
    .sort((a, b) => Number(b) - Number(a))
    .at(0);
  if (newest === undefined) throw new Error("PostgreSQL is not installed: apt-get install postgresql");
  return path.join(VERSIONS, newest, "bin");
}

const isRoot = () => process.getuid?.() === 0;
const numberOf = (flag: "-u" | "-g") => Number(execFileSync("id", [flag, SUPERUSER], { encoding: "utf8" }));

/** The server ends with us, however we end. */
function asPostgres(program: string, args: readonly string[]): [string, string[]] {
  return ["setpriv", [...(isRoot() ? AS_POSTGRES : []), "--pdeathsig", "INT", program, ...args]];
}
