/**
 * Simulated hosts: what one port more costs on a crowded host, and a large cloud from nothing: how long it takes to build, what
 * memory it needs, and how soon its hosts follow the API.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import type { Step } from "../agents/agent.ts";
import { AGENTS } from "../agents/agents.ts";
import { baseline } from "../agents/baseline/baseline.ts";
import type { HostView } from "../agents/view.ts";
import { walk } from "../datapath/walk.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import { probeOf, traceCloud } from "../explain/trace.ts";
import { change } from "../host/diff/diff.ts";
import type { HostState } from "../host/state.ts";
import { serviceContext } from "../identity/context.ts";
import { cloudOf } from "../simulation/world.ts";
import { crowdedViews, type Firewall } from "./cloud/crowded-host.ts";
import { hostOf, LARGE, makeLargeCloud, openLarge, serverName } from "./cloud/large-cloud.ts";

interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: "ms" | "MB" | "s";
  /** The median by the clock, where `value` is what the processor worked for one on average. */
  readonly clock?: number;
  /** What the value must not pass; absent where no figure is asked. */
  readonly limit?: number;
  /** What comes to the same without what is known from before. */
  readonly anew?: number;
}

const SIZES = [
  [100, 5],
  [2_000, 20],
] as const;
const FIREWALLS: readonly Firewall[] = ["iptables_hybrid", "openvswitch"];
/** A server that has built a host has run all this often. */
const WARM_UP = 60;
const PORTS = 100;

const CREATED = 7;
const TRACES = 100;

function stepsOf({ settings }: HostView): Step[] {
  return AGENTS.flatMap((agent) => (settings.agents.includes(agent.kind) ? agent.steps : []));
}

/** The host after all steps of its agents; of each, what differs is worked out as commands, and these are run. */
function settle(view: HostView, host: HostState): HostState {
  return stepsOf(view).reduce((now, step) => change(now, step.plan(view, now)).host, host);
}

/** As `settle`, without the commands: those of thousands of ports at once take long. */
function planned(view: HostView, host: HostState): HostState {
  return stepsOf(view).reduce((now, step) => step.plan(view, now), host);
}

function crowded(firewall: Firewall, ports: number, limit: number): Row {
  const views = crowdedViews(firewall, ports);
  const first = views.next().value;
  const before = processor();
  let host = planned(first, baseline(first.settings));
  const anew = processor() - before;
  const follow = () => {
    host = settle(views.next().value, host);
  };
  return {
    what: `one port plugged at ${ports} ports, ${firewall}`,
    ...measured(PORTS, follow, follow),
    unit: "ms",
    limit,
    anew,
  };
}

/** On a machine with other work to do the clock tells little of what is measured. `between` two rounds is not counted. */
function measured(rounds: number, once: () => void, between?: () => void): { value: number; clock: number } {
  for (let i = 0; i < WARM_UP; i++) {
    once();
    between?.();
  }
  const clocks: number[] = [];
  let worked = 0;
  for (let i = 0; i < rounds; i++) {
    const [before, since] = [processor(), performance.now()];
    once();
    clocks.push(performance.now() - since);
    worked += processor() - before;
    between?.();
  }
  return { value: worked / rounds, clock: median(clocks) };
}

/** Milliseconds that this thread has worked. */
function processor(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** In a process of its own, so that the memory is that of the cloud alone. */
async function inLargeCloud(): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), "underlay-bench-"));
  try {
    await makeLargeCloud(dir);
    const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, "--large", dir]);
    return JSON.parse(stdout) as Row[]; // As `large` wrote them.
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function large(dir: string): Promise<Row[]> {
  const { hosts, serversPerHost, networks, routers } = LARGE;
  const since = performance.now();
  const before = processor();
  const cloud = await openLarge(dir, new AbortController().signal);
  const built = { value: (processor() - before) / 1000, clock: (performance.now() - since) / 1000 };
  const size = `${hosts} hosts × ${serversPerHost}, ${networks} networks, ${routers} routers`;
  const rows: Row[] = [
    { what: `${size}: built from nothing`, ...built, unit: "s", limit: 20 },
    { what: "  the most memory while it was", value: peak(), unit: "MB", limit: 1000 },
  ];
  const commands = processor();
  for (const { name } of cloud.simulation.moment().hosts) cloud.simulation.history(name);
  const printed = (processor() - commands) / 1000;
  rows.push({ what: "  and all its commands, worked out, run and printed", value: printed, unit: "s" });
  rows.push(...traces(cloud), ...(await followed(cloud)));
  rows.push({ what: "  the most memory of all this", value: peak(), unit: "MB" });
  await cloud.close();
  return rows;
}

/** The highest resident memory of this process. */
function peak(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/** Of one network, on two hosts: two-way. */
function traces(cloud: EmbeddedCloud): Row[] {
  const world = cloudOf(cloud.simulation.moment());
  const far = LARGE.networks * Math.ceil((LARGE.hosts * LARGE.serversPerHost) / LARGE.networks / 2);
  const query = { from: serverName(0), to: serverName(far), proto: "icmp" } as const;
  const { probe } = probeOf(world, query);
  return [
    {
      what: "  two-way trace, engine alone",
      ...measured(TRACES, () => drain(walk(world.world, probe))),
      unit: "ms",
      limit: 3,
    },
    {
      what: "  two-way trace, explained",
      ...measured(TRACES, () => drain(traceCloud(world, query))),
      unit: "ms",
      limit: 3,
    },
  ];
}

function drain(events: Iterable<{ readonly kind: string }>): void {
  let last = "";
  for (const { kind } of events) last = kind;
  if (last !== "verdict") throw new Error("the trace came to no end");
}

/** From the API's answer to the devices on the port's host, and until all other hosts know of it. */
async function followed({ neutron, simulation }: EmbeddedCloud): Promise<Row[]> {
  const resource = neutron.resources.find((one) => one.name === "port");
  const [model] = simulation.moment().api.ports.filter((one) => one.device_owner === "compute:nova");
  if (!resource || !model) throw new Error("the cloud has servers");
  const { network_id, project_id, security_groups } = model;
  const wired: number[] = [];
  const settled: number[] = [];
  for (let n = 0; n < CREATED; n++) {
    const host = hostOf(n * LARGE.serversPerHost);
    const port = { name: `more${n}`, network_id, project_id, security_groups };
    const plugged = { "binding:host_id": host, device_owner: "compute:nova", device_id: model.device_id };
    const since = performance.now();
    const made = await neutron.api.create(serviceContext(), resource, { port: { ...port, ...plugged } });
    const tap = `tap${String("id" in made ? made.id : "").slice(0, 11)}`;
    const all = simulation.settled().then(() => settled.push(performance.now() - since));
    while (!hasDevice(simulation.moment().hosts, host, tap)) await setImmediate();
    wired.push(performance.now() - since);
    await all;
  }
  return [
    { what: "  port created by the API, until it is wired, by the clock", value: median(wired), unit: "ms" },
    { what: "  port created by the API, until all hosts know, by the clock", value: median(settled), unit: "ms" },
  ];
}

function hasDevice(hosts: readonly HostState[], name: string, device: string): boolean {
  const host = hosts.find((one) => one.name === name);
  return host?.namespaces[0]?.links.some((link) => link.name === device) ?? false;
}

async function run(): Promise<Row[]> {
  const rows = FIREWALLS.flatMap((firewall) => SIZES.map(([ports, limit]) => crowded(firewall, ports, limit)));
  return [...rows, ...(await inLargeCloud())];
}

if (process.argv[2] === "--large") process.stdout.write(JSON.stringify(await large(process.argv[3] ?? "")));
else {
  const load = () => loadavg()[0]?.toFixed(1);
  const before = load();
  for (const { what, value, clock, unit, limit, anew } of await run()) {
    const most = clock === undefined ? "" : `  by the clock ${clock.toFixed(1)}`;
    const asked = limit === undefined ? "" : `  (at most ${limit})`;
    const beside =
      anew === undefined
        ? ""
        : `  the host planned anew ${anew.toFixed(0)}, ${(anew / value).toFixed(0)} times as much`;
    console.log(`${what.padEnd(62)} ${value.toFixed(1).padStart(7)} ${unit}${most}${asked}${beside}`);
  }
  console.log(`load of the machine: ${before} before, ${load()} after`);
}
