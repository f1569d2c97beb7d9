/** The planned flows against those that real agents installed with the native firewall: e2e/recordings, moments `native-…`. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdDecompress } from "node:zlib";
import { unpackTar } from "modern-tar/fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostState } from "../../../host/state.ts";
import { printFlow } from "../../../net/openflow/print.ts";
import { planFirewall } from "../firewall.ts";
import { type RecordedHost, recordedHosts } from "../testing/recorded.ts";

const directory = mkdtempSync(join(tmpdir(), "underlay-native-"));
const moments = new Map<string, RecordedHost[]>();
const HEALTHY = "native-healthy";
/** Moments with flows deleted by hand: where, and how many. */
const BROKEN = [
  ["native-ingress-rules-missing", "network1", 6],
  ["native-table60-port-missing", "network1", 1],
] as const;

beforeAll(async () => {
  const archive = new URL("../../../../e2e/recordings/faults.tar.zst", import.meta.url);
  const inflated = createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 28 } });
  const filter = (header: { name: string }) => /^(\.\/)?native-(healthy|ingress|table60)/.test(header.name);
  await pipeline(Readable.from([readFileSync(archive)]), inflated, unpackTar(directory, { filter }));
  for (const name of [HEALTHY, ...BROKEN.map(([one]) => one)])
    moments.set(name, await recordedHosts(join(directory, name, "snapshot")));
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function recorded(moment: string, name: string): RecordedHost {
  const found = moments.get(moment)?.find(({ host }) => host.name === name);
  if (!found) throw new Error(`no ${name} in ${moment}`);
  return found;
}

const FIRST_TABLE = 60;

/** Flows of the firewall's tables, but for who installed them and how, and what they counted. */
function flows(host: HostState): string[] {
  const bridge = host.ovs?.bridges.find((one) => one.name === "br-int");
  return (bridge?.flows ?? [])
    .filter((one) => one.table >= FIRST_TABLE)
    .map((one) => printFlow({ ...one, cookie: "0x0", flags: [], duration: 0, packets: 0, bytes: 0 }))
    .sort();
}

/** The host as the agent left it, but without the firewall's flows. */
function withoutFilters(host: HostState): HostState {
  if (!host.ovs) throw new Error("no Open vSwitch");
  const bridges = host.ovs.bridges.map((one) => ({
    ...one,
    flows: one.flows.filter((flow) => flow.table < FIRST_TABLE || flow.priority === 3),
  }));
  return { ...host, ovs: { ...host.ovs, bridges } };
}

describe.each(["compute1", "compute2", "network1"])("%s", (name) => {
  test("has nothing left to do", () => {
    const { host, view } = recorded(HEALTHY, name);
    expect(planFirewall(view, host)).toBe(host);
  });

  test("has the same flows when all are made anew", () => {
    const { host, view } = recorded(HEALTHY, name);
    expect(flows(planFirewall(view, withoutFilters(host)))).toEqual(flows(host));
  });
});

test.each(BROKEN)("%s: %s gets back what somebody deleted", (moment, name, count) => {
  const { host, view } = recorded(moment, name);
  const before = new Set(flows(host));
  const after = flows(planFirewall(view, host));
  expect(after.filter((one) => !before.has(one))).toHaveLength(count);
  expect(after).toHaveLength(before.size + count);
});
