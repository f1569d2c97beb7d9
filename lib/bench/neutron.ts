/**
 * The networking API of the built server, on fresh data: each figure beside the real Neutron 21's, which was measured with two API
 * workers, Keystone tokens and MariaDB on two cores of the same kind. UNDERLAY_DATABASE_URL chooses PostgreSQL.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";

const ROOT = new URL("../../", import.meta.url).pathname;
/** After which a server that nobody asks anything does nothing more. */
const IDLE_MS = 5000;
const PASSWORD = "an-admin-password";

interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: "ms" | "MB" | "s";
  /** Of processor time that the server took for each, in ms: what does not grow when others use the machine, too. */
  readonly processor?: number;
  /** The real Neutron's. */
  readonly real?: number;
  /** What the value must not pass. */
  readonly limit?: number;
}

class Api {
  readonly #base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  static async login(url: string): Promise<Api> {
    const domain = { id: "default" };
    const auth = {
      identity: { methods: ["password"], password: { user: { name: "admin", domain, password: PASSWORD } } },
      scope: { project: { name: "admin", domain } },
    };
    const answer = await fetch(`${url}/identity/v3/auth/tokens`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ auth }),
    });
    return new Api(`${url}/networking/v2.0`, answer.headers.get("X-Subject-Token") ?? "");
  }

  /** The whole answer is read, as a client would. */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${this.#base}/${path}`, {
      method,
      headers: { "X-Auth-Token": this.#token, "Content-Type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}

interface Taken {
  /** ms, the fastest first. */
  readonly sorted: readonly number[];
  /** ms of the server's, for each. */
  readonly processor: number;
}

async function times(server: ChildProcess, count: number, once: (index: number) => Promise<unknown>): Promise<Taken> {
  const taken: number[] = [];
  const before = processorTime(server);
  for (let index = 0; index < count; index++) {
    const since = performance.now();
    await once(index);
    taken.push(performance.now() - since);
  }
  return { sorted: taken.sort((a, b) => a - b), processor: (processorTime(server) - before) / count };
}

const at = (sorted: readonly number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;

function figure({ sorted, processor }: Taken, what: string, more: Pick<Row, "real" | "limit">): Row {
  return { what, value: at(sorted, 0.5), unit: "ms", processor, ...more };
}

export async function run(): Promise<Row[]> {
  const rows: Row[] = [await idle()];
  const { child, url, stop } = await start({ UNDERLAY_EMPTY_CLOUD: "1" });
  try {
    const api = await Api.login(url);
    const { network } = (await api.call("POST", "networks", { network: { name: "bench" } })) as {
      network: { id: string; project_id: string };
    };
    const network_id = network.id;
    await api.call("PUT", `quotas/${network.project_id}`, { quota: { port: -1 } });
    const subnet = { network_id, ip_version: 4, cidr: "10.99.0.0/16" };
    await api.call("POST", "subnets", { subnet });
    const port = (name: string) => ({ network_id, name });

    const single = await times(child, 100, (n) => api.call("POST", "ports", { port: port(`bench-${n}`) }));
    rows.push(figure(single, "port create, one after another, p50", { real: 192, limit: 5 }));
    rows.push({ what: "port create, one after another, p95", value: at(single.sorted, 0.95), unit: "ms", real: 417.7 });
    const hundred = { ports: Array.from({ length: 100 }, (_, n) => port(`bulk-${n}`)) };
    const bulk = await times(child, 9, () => api.call("POST", "ports", hundred));
    rows.push(figure(bulk, "100 ports in bulk, p50", { real: 16_666, limit: 150 }));
    const lists = await times(child, 10, () => api.call("GET", "ports"));
    rows.push(figure(lists, "list 1,000 ports, p50", { real: 556.4, limit: 30 }));
    const networks = await times(child, 200, () => api.call("GET", "networks"));
    rows.push(figure(networks, "GET networks, p50", { real: 33.5, limit: 3 }));
    const { ports } = (await api.call("GET", "ports?fields=id")) as { ports: readonly { readonly id: string }[] };
    const shown = await times(child, 100, (n) => api.call("GET", `ports/${ports[n]?.id}`));
    rows.push(figure(shown, "GET one port, p50", { real: 15.4 }));
    for (let count = ports.length; count < 10_000; count += 100) await api.call("POST", "ports", hundred);
    const long = await times(child, 10, () => api.call("GET", "ports"));
    rows.push(figure(long, "list 10,000 ports, p50", { limit: 250 }));
    rows.push({ what: "memory with 10,000 ports, after listing them", value: memory(child), unit: "MB" });
  } finally {
    await stop();
  }
  rows.push(...(await tempest()));
  return rows;
}

/** Tempest's 120 network tests, where it is installed: how long they take, with preparation. */
async function tempest(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), "underlay-bench-"));
  const summary = join(directory, "summary.json");
  const args = [join(ROOT, "e2e/openstack/run.mjs"), "tempest", "--json", summary];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "ignore"] });
  await once(child, "exit");
  try {
    const [suite]: { passed: number; failed: number; seconds: number }[] = JSON.parse(readFileSync(summary, "utf8"));
    if (suite === undefined || suite.passed === 0) return [];
    const what = `Tempest's network tests, ${suite.passed} passed, ${suite.failed} failed`;
    return [{ what, value: suite.seconds, unit: "s", real: 172, limit: 40 }];
  } catch {
    return []; // Not installed.
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** As people start it: with what a new cloud begins with. */
async function idle(): Promise<Row> {
  const { child, url, stop } = await start({});
  try {
    await Api.login(url);
    await setTimeout(IDLE_MS);
    return { what: "idle memory of all its processes", value: memory(child), unit: "MB", real: 3000, limit: 250 };
  } finally {
    await stop();
  }
}

async function start(
  more: Readonly<Record<string, string>>,
): Promise<{ child: ChildProcess; url: string; stop: () => Promise<void> }> {
  const data = mkdtempSync(join(tmpdir(), "underlay-bench-"));
  const child = spawn(process.execPath, [join(ROOT, "bin/start.mjs"), "--port", "0", "--data", data], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, UNDERLAY_ADMIN_PASSWORD: PASSWORD, ...more },
  });
  const stop = async () => {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
    rmSync(data, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const [url] = /http:\/\/[\w.:[\]-]+/.exec(line) ?? [];
    if (url !== undefined) {
      child.stdout.resume();
      return { child, url, stop };
    }
  }
  throw new Error("the server ended before it served");
}

/** Of the process and all that it started, the memory that is resident, in MB. */
function memory(server: ChildProcess): number {
  return processesOf(server).reduce((sum, one) => sum + one.resident, 0) / 1024;
}

/** Of the process and all that it started, in ms. */
function processorTime(server: ChildProcess): number {
  return processesOf(server).reduce((sum, one) => sum + one.ticks * TICK_MS, 0);
}
/** Linux counts a hundredth of a second at a time for those who ask, whatever it does for itself (`man 5 proc`). */
const TICK_MS = 10;

interface ProcessUse {
  readonly pid: number;
  readonly parent: number;
  /** KiB. */
  readonly resident: number;
  readonly ticks: number;
}

function processesOf({ pid }: ChildProcess): ProcessUse[] {
  const all = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (measured(Number(name)) ?? []) : []));
  const tree = new Set([pid]);
  // A child's number may be lower than its parent's: until nothing is added.
  for (let size = 0; size !== tree.size; ) {
    size = tree.size;
    for (const each of all) if (tree.has(each.parent)) tree.add(each.pid);
  }
  return all.filter((each) => tree.has(each.pid));
}

function measured(pid: number): ProcessUse | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    // After the name, which may hold anything: state is the first, utime the 12th and stime the 13th.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/s, "").trim().split(" ");
    const ticks = Number(stat[11]) + Number(stat[12]);
    return { pid, parent: field("PPid"), resident: field("VmRSS"), ticks };
  } catch {
    return undefined; // It has ended.
  }
}

if (import.meta.main) {
  console.log(`load ${load()} on ${availableParallelism()} processors when it began`);
  for (const { what, value, unit, processor, real, limit } of await run()) {
    const told = [
      processor !== undefined && `processor ${processor.toFixed(1)} ms`,
      limit !== undefined && `at most ${limit}`,
      real !== undefined && `Neutron ${real} ${unit}, ${(real / value).toFixed(0)} times as much`,
    ].filter((one) => one !== false);
    console.log(`${what.padEnd(48)} ${value.toFixed(1).padStart(8)} ${unit}  ${told.join("; ")}`);
  }
  console.log(`load ${load()} at the end`);
}

function load(): string {
  return loadavg()[0]?.toFixed(1) ?? "";
}
