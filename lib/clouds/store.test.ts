import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ImportEvent } from "../api/http.ts";
import { BundleDisk } from "./disk.ts";
import { CloudStore } from "./store.ts";

const DEMO = path.resolve(import.meta.dirname, "../demo");
let work: string;
let dataDir: string;
let store: CloudStore;

beforeEach(() => {
  work = mkdtempSync(path.join(tmpdir(), "underlay-store-"));
  dataDir = path.join(work, "data");
  store = new CloudStore({ disk: new BundleDisk(dataDir), demoDir: DEMO });
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

function archive(name: string, change: (dir: string) => void = () => {}): Buffer {
  const dir = path.join(work, name);
  cpSync(path.join(DEMO, "legacy"), dir, { recursive: true });
  change(dir);
  execFileSync("tar", ["-czf", path.join(work, `${name}.tgz`), "-C", work, name]);
  return readFileSync(path.join(work, `${name}.tgz`));
}

function body(...chunks: (Uint8Array | "stall")[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: (controller) => {
      const next = chunks.shift();
      if (next instanceof Uint8Array) controller.enqueue(next);
      else if (next === undefined) controller.close();
      return next === "stall" ? new Promise<void>(() => {}) : undefined;
    },
  });
}

async function take(stream: ReadableStream<Uint8Array>, name: string, signal = new AbortController().signal) {
  const events: ImportEvent[] = [];
  for await (const event of store.import(stream, name, signal)) events.push(event);
  return events;
}

async function open(bytes: Buffer, name = "prod") {
  const last = (await take(body(bytes), name)).at(-1);
  if (last?.kind !== "done") throw new Error(JSON.stringify(last));
  return last.cloud;
}

const kept = () => readdir(path.join(dataDir, "clouds")).catch(() => []);

describe("demo clouds", () => {
  test("are listed first, and cannot be removed", async () => {
    const list = await store.list();
    expect(list.map(({ id, kind, hosts, instances }) => ({ id, kind, hosts, instances }))).toEqual([
      { id: "legacy", kind: "demo", hosts: 4, instances: 7 },
      { id: "dvr", kind: "demo", hosts: 4, instances: 7 },
    ]);
    await expect(store.remove("legacy")).rejects.toMatchObject({ code: "read_only" });
  });

  test("a topology has what the APIs answered and the tags that the hosts show", async () => {
    const { instances, routers, networks } = await store.topology("dvr");
    const vm1 = instances.find((one) => one.name === "cirros-vm1");
    expect(vm1).toMatchObject({ status: "ACTIVE", host: "compute1" });
    expect(vm1?.ports[0]).toMatchObject({
      addresses: ["172.16.10.237"],
      floatingIps: ["172.24.4.104"],
      localVlan: expect.any(Number),
    });
    expect(routers[0]).toMatchObject({ distributed: true, gateway: { addresses: ["172.24.4.35"], snat: true } });
    expect(routers[0]?.interfaces.map((iface) => iface.address).toSorted()).toEqual(["172.16.10.1", "172.16.11.1"]);
    expect(networks.find((network) => network.name === "vxlan10")).toMatchObject({ type: "vxlan", segmentationId: 10 });
  });
});

describe("a bundle", () => {
  test("is kept, private to its owner, found again by a new store, and removed", async () => {
    const { id } = await open(archive("prod"), "Prod / 2026");
    expect(id).toMatch(/^prod-2026-[0-9a-f]{6}$/);
    expect(statSync(path.join(dataDir, "clouds", id)).mode & 0o077).toBe(0);
    const again = new CloudStore({ disk: new BundleDisk(dataDir), demoDir: DEMO });
    expect((await again.list()).map((cloud) => cloud.name)).toContain("Prod / 2026");
    expect((await again.topology(id)).instances).toHaveLength(7);
    await again.remove(id);
    expect(await kept()).toEqual([]);
    await expect(again.summary(id)).rejects.toMatchObject({ code: "not_found" });
    await expect(again.remove(id)).rejects.toMatchObject({ code: "not_found" });
  });

  test("with damaged files opens, and its gaps name host and file", async () => {
    const cloud = await open(
      archive("partial", (dir) => writeFileSync(path.join(dir, "compute1/root/ip-j-d-link.json"), "[{")),
    );
    expect(cloud.gapList).toContainEqual(
      expect.objectContaining({ host: "compute1", file: "compute1/root/ip-j-d-link.json" }),
    );
    expect(cloud.gaps).toBe(cloud.gapList.length);
  });

  test.each([
    ["text", () => Buffer.from("hello"), "not_an_archive"],
    ["nothing", () => Buffer.alloc(0), "empty"],
    ["a cut archive", () => archive("cut").subarray(0, 30_000), "truncated"],
  ])("is refused with a code and leaves nothing: %s", async (_, make, code) => {
    const bytes = make();
    const events = await take(bytes.length === 0 ? body() : body(bytes), "bad");
    expect(events.at(-1)).toMatchObject({
      kind: "failed",
      error: { code, message: expect.stringMatching(/^[A-Z].*\.$/) },
    });
    expect(await kept()).toEqual([]);
  });

  test("in which no host could be read is refused", async () => {
    const empty = archive("empty", (dir) => {
      for (const host of ["compute1", "compute2", "network1", "outside"]) {
        rmSync(path.join(dir, host), { recursive: true });
        cpSync(path.join(DEMO, "legacy", host, "index.tsv"), path.join(dir, host, "index.tsv"));
      }
    });
    const last = (await take(body(empty), "empty")).at(-1);
    expect(last).toMatchObject({ kind: "failed" });
    expect(await kept()).toEqual([]);
  });

  test("whose sender leaves is dropped", async () => {
    const leaving = new AbortController();
    const half = archive("half").subarray(0, 50_000);
    const events = take(body(half, "stall"), "half", leaving.signal);
    await expect.poll(async () => (await kept()).length).toBe(1);
    leaving.abort();
    expect((await events).every((event) => event.kind === "progress")).toBe(true);
    expect(await kept()).toEqual([]);
  });

  test("whose reader leaves is dropped", async () => {
    const reading = store.import(body(archive("whole")), "whole", new AbortController().signal);
    expect(await reading.next()).toMatchObject({ value: { kind: "progress" } });
    expect(await kept()).toHaveLength(1);
    await reading.return(undefined);
    expect(await kept()).toEqual([]);
  });
});

test("what a crashed import left is swept away at the next start, a running one is not", async () => {
  const { id } = await open(archive("prod"));
  const left = path.join(dataDir, "clouds", "left-000000");
  const running = path.join(dataDir, "clouds", "running-000000");
  for (const [dir, pid] of [
    [left, 2 ** 22 + 1],
    [running, process.ppid],
  ] as const) {
    cpSync(path.join(dataDir, "clouds", id, "bundle", "prod", "api"), path.join(dir, "bundle"), { recursive: true });
    writeFileSync(path.join(dir, "importing"), String(pid));
  }
  const list = await new CloudStore({ disk: new BundleDisk(dataDir), demoDir: DEMO }).list();
  expect(list.map((cloud) => cloud.id)).toContain(id);
  expect(existsSync(left)).toBe(false);
  expect(existsSync(running)).toBe(true);
});

test("a bundle whose files are gone says so; the other clouds stay whole", async () => {
  const { id } = await open(archive("prod"));
  rmSync(path.join(dataDir, "clouds", id, "bundle"), { recursive: true });
  const again = new CloudStore({ disk: new BundleDisk(dataDir), demoDir: DEMO });
  await expect(again.topology(id)).rejects.toMatchObject({
    code: "bad_bundle",
    message: expect.stringContaining("prod"),
  });
  expect((await again.list()).map((cloud) => cloud.id)).toEqual(["legacy", "dvr", id]);
});

test("without the demo clouds there is an empty list, not an error", async () => {
  expect(await new CloudStore({ disk: new BundleDisk(dataDir), demoDir: path.join(work, "nowhere") }).list()).toEqual(
    [],
  );
});

test("what another version wrote is left alone", async () => {
  const dir = path.join(dataDir, "clouds", "newer-000000");
  cpSync(path.join(DEMO, "legacy", "api"), path.join(dir, "bundle"), { recursive: true });
  writeFileSync(path.join(dir, "meta.json"), '{"version":2}');
  expect((await new CloudStore({ disk: new BundleDisk(dataDir), demoDir: DEMO }).list()).length).toBe(2);
  expect(existsSync(dir)).toBe(true);
});

test.each(["../legacy", "..", "", "a/b", "LEGACY", "legacy/../dvr"])(
  "no id leads out of the data directory: %s",
  async (id) => {
    await expect(store.cloud(id)).rejects.toMatchObject({ code: "not_found" });
  },
);
