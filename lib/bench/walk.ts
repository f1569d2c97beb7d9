/** A two-way ping over the recorded clouds: the engine alone, and with names and prose. */
import { readBundle } from "../collect/bundle.ts";
import { walk } from "../datapath/walk.ts";
import { probeOf, traceCloud } from "../explain/trace.ts";

export interface Row {
  what: string;
  /** Milliseconds. */
  median: number;
  p95: number;
  /** What the median must not pass, and what is striven for; absent where no figure is asked. */
  limit?: number;
  goal?: number;
}

const WARM_UP = 300;
const ROUNDS = 1000;
const PINGS = [
  ["cirros-vm1", "cirros-vm2", "same network, two hosts"],
  ["cirros-vm1", "cirros-vm3", "routed"],
  ["cirros-vm3", "172.24.4.1", "to the outside"],
] as const;

export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of ["legacy", "dvr"]) {
    const cloud = await readBundle(new URL(`../demo/${name}`, import.meta.url).pathname);
    for (const [from, to, what] of PINGS) {
      const query = { from, to, proto: "icmp" as const };
      const { probe } = probeOf(cloud, query);
      rows.push({
        what: `${name}: ${what}, engine alone`,
        ...measure(() => drainAll(walk(cloud.world, probe))),
        limit: 2,
        goal: 0.3,
      });
      rows.push({ what: `${name}: ${what}, explained`, ...measure(() => drainAll(traceCloud(cloud, query))) });
    }
  }
  return rows;
}

function drainAll(events: Iterable<unknown>): number {
  let n = 0;
  for (const _ of events) n++;
  return n;
}

function measure(once: () => number): { median: number; p95: number } {
  for (let i = 0; i < WARM_UP; i++) once();
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    once();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { median: times[ROUNDS / 2] ?? 0, p95: times[Math.floor(ROUNDS * 0.95)] ?? 0 };
}

if (import.meta.main) {
  for (const row of await run()) {
    const asked = row.limit === undefined ? "" : `  (at most ${row.limit}, striving for ${row.goal})`;
    console.log(`${row.what.padEnd(52)} median ${row.median.toFixed(3)} ms  p95 ${row.p95.toFixed(3)} ms${asked}`);
  }
}
