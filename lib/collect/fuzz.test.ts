/**
 * Mutated real files. Nothing throws or hangs; and where the host read from them holds less than before, a gap names the
 * file. The seeds are fixed: the same mutations each time.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostState } from "../host/state.ts";
import { readApi } from "./api.ts";
import { readHost } from "./host.ts";

const DEMO = join(import.meta.dirname, "../demo");
const SEED = 20261121;
const RUNS_PER_FILE = 10;

/** Neutron writes these without a line end, so that a cut one looks like a whole one. */
const NO_LINE_END = /\/(opts|cmdline\.txt|interface)$/;

type Mutation = {
  kind: string;
  apply: (bytes: Buffer) => Buffer /** Damage that the text itself cannot show. */;
  invisible?: boolean;
};

const position = fc.double({ min: 0, max: 1, noNaN: true });
const at = (bytes: Buffer, p: number) => Math.min(bytes.length - 1, Math.floor(p * bytes.length));

function lineWise(bytes: Buffer, change: (lines: string[]) => void): Buffer {
  const lines = bytes.toString("latin1").split("\n");
  change(lines);
  return Buffer.from(lines.join("\n"), "latin1");
}

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  position.map((p) => ({
    kind: `truncate ${p}`,
    apply: (bytes: Buffer) => {
      // Just after a line end a cut leaves no trace, nor does an empty file where nothing to say is an answer.
      const end = Math.max(1, at(bytes, p));
      return bytes.subarray(0, end > 0 && bytes[end - 1] === 10 ? end - 1 : end);
    },
  })),
  fc.tuple(position, fc.integer({ min: 1, max: 255 })).map(([p, x]) => ({
    kind: `flip ${p} ${x}`,
    apply: (bytes: Buffer) => {
      const out = Buffer.from(bytes);
      const i = at(bytes, p);
      const value = (out[i] as number) ^ x;
      // Lines are joined and parted by another mutation.
      if (out[i] !== 10 && value !== 10) out[i] = value;
      return out;
    },
  })),
  position.map((p) => ({
    kind: `zeros ${p}`,
    apply: (bytes: Buffer) => Buffer.from(bytes).fill(0, at(bytes, p), Math.min(bytes.length, at(bytes, p) + 16)),
  })),
  position.map((p) => ({
    kind: `junk line ${p}`,
    apply: (bytes: Buffer) =>
      lineWise(bytes, (lines) => lines.splice(Math.floor(p * lines.length), 0, "\x01{[\"%s$(junk)<b>'")),
  })),
  position.map((p) => ({
    kind: `huge line ${p}`,
    apply: (bytes: Buffer) =>
      lineWise(bytes, (lines) => lines.splice(Math.floor(p * lines.length), 0, "a=1,".repeat(300_000))),
  })),
  position.map((p) => ({
    kind: `delete line ${p}`,
    invisible: true,
    apply: (bytes: Buffer) => lineWise(bytes, (lines) => lines.splice(Math.floor(p * lines.length), 1)),
  })),
  position.map((p) => ({
    kind: `join lines ${p}`,
    invisible: true,
    apply: (bytes: Buffer) =>
      lineWise(bytes, (lines) =>
        lines.splice(Math.floor(p * lines.length), 2, lines.slice(Math.floor(p * lines.length), 2).join("")),
      ),
  })),
  position.map((p) => ({
    kind: `double line ${p}`,
    apply: (bytes: Buffer) =>
      lineWise(bytes, (lines) =>
        lines.splice(Math.floor(p * lines.length), 0, lines[Math.floor(p * lines.length)] as string),
      ),
  })),
  fc.tuple(position, position).map(([p, q]) => ({
    kind: `swap lines ${p} ${q}`,
    invisible: true,
    apply: (bytes: Buffer) =>
      lineWise(bytes, (lines) => {
        const [i, j] = [Math.floor(p * lines.length), Math.floor(q * lines.length)];
        [lines[i], lines[j]] = [lines[j] as string, lines[i] as string];
      }),
  })),
);

/** How much of each kind a host holds. Processes are left out: a command line may hold newlines, so any line may be part of one. */
function amounts(state: HostState): Record<string, number> {
  const out: Record<string, number> = {};
  const add = (key: string, n: number) => {
    out[key] = (out[key] ?? 0) + n;
  };
  for (const ns of state.namespaces) {
    for (const [key, value] of Object.entries(ns)) {
      if (Array.isArray(value) && key !== "unread") add(`${ns.name} ${key}`, value.length);
    }
    add(`${ns.name} sysctls`, Object.keys(ns.sysctls).length);
    for (const set of ns.ipsets) add(`${ns.name} members`, set.members.length);
    for (const rules of [ns.iptables, ns.ip6tables]) {
      for (const chain of rules?.tables.flatMap((t) => t.chains) ?? [])
        add(`${ns.name} rules of v${rules?.family}`, chain.rules.length);
    }
  }
  for (const bridge of state.ovs?.bridges ?? []) {
    add("bridges", 1);
    add("ports", bridge.ports.length);
    add("interfaces", bridge.ports.flatMap((p) => p.interfaces).length);
    add("flows", bridge.flows.length);
    add("fdb", bridge.fdb.length);
  }
  add("ovs routes", state.ovs?.routes.length ?? 0);
  add("tunnel neighbours", state.ovs?.tunnelNeighbours.length ?? 0);
  for (const d of state.dnsmasq)
    for (const key of ["hosts", "options", "addnHosts", "leases"] as const) add(key, d[key].length);
  return out;
}

const NEVER_READ =
  /^(guests|plotnetcfg)|dpctl-(show|dump-flows)|dpif-show|tnl-ports|list-ports|dump-ports|vsctl-(show|list-(Manager|Mirror|QoS|Queue|Datapath|Interface\.txt))/;

/** One file of each kind: names and ids that tell files of one kind apart are left out. */
function kinds(dir: string): string[] {
  const seen = new Map<string, string>();
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name).slice(dir.length + 1);
    if (NEVER_READ.test(file)) continue;
    const kind = file
      .replace(/[0-9a-f]{8}-[0-9a-f-]{2,27}/g, "")
      .replace(/br-[a-z]+/, "br")
      .replace(/^netns\/[^/]+/, "netns");
    const size = (f: string) => readFileSync(join(dir, f)).length;
    const before = seen.get(kind);
    if (before === undefined || size(before) < size(file)) seen.set(kind, file);
  }
  return [...seen.values()].filter((file) => readFileSync(join(dir, file)).length > 3).sort();
}

describe("mutated API answers", () => {
  const source = join(DEMO, "dvr/api");
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "fuzz-test-"));
    cpSync(source, dir, { recursive: true });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const files = [
    "networks",
    "subnets",
    "ports",
    "routers",
    "floatingips",
    "security-groups",
    "agents",
    "nova-servers-detail",
    "keystone-projects",
  ];
  test.each(files.map((name) => `${name}.json`))(
    "%s",
    async (file) => {
      const original = readFileSync(join(source, file));
      const count = async () => {
        const { api, gaps } = await readApi(dir);
        return { objects: Object.values(api).reduce((n, list) => n + list.length, 0), gaps };
      };
      const before = await count();
      expect(before.gaps).toEqual([]);
      await fc.assert(
        fc.asyncProperty(mutation, async ({ apply }) => {
          writeFileSync(join(dir, file), apply(original));
          const after = await count();
          if (after.objects < before.objects) expect(after.gaps.map((gap) => gap.file)).toContain(`api/${file}`);
        }),
        { seed: SEED, numRuns: 30 },
      );
      writeFileSync(join(dir, file), original);
    },
    60_000,
  );
});

describe.each(["legacy/compute1", "dvr/network1", "legacy/outside"])("mutated files of %s", (host) => {
  const source = join(DEMO, host);
  let dir: string;
  let before: Record<string, number>;
  beforeAll(async () => {
    dir = join(mkdtempSync(join(tmpdir(), "fuzz-test-")), "host");
    cpSync(source, dir, { recursive: true });
    before = amounts(await readHost(dir));
  });
  afterAll(() => rmSync(join(dir, ".."), { recursive: true, force: true }));

  test.each(kinds(source))(
    "%s",
    async (file) => {
      const original = readFileSync(join(source, file));
      try {
        await fc.assert(
          fc.asyncProperty(mutation, async ({ kind, apply, invisible }) => {
            writeFileSync(join(dir, file), apply(original));
            const started = process.threadCpuUsage();
            const state = await readHost(dir);
            const { user, system } = process.threadCpuUsage(started);
            expect((user + system) / 1e6).toBeLessThan(2);
            if (invisible || (NO_LINE_END.test(file) && kind.startsWith("truncate"))) return;
            const after = amounts(state);
            const lost = Object.keys(before).filter((key) => (after[key] ?? 0) < (before[key] as number));
            if (lost.length > 0)
              expect(
                state.gaps.map((gap) => gap.file),
                `lost ${lost}`,
              ).toContain(`host/${file}`);
          }),
          { seed: SEED, numRuns: RUNS_PER_FILE },
        );
      } finally {
        writeFileSync(join(dir, file), original);
      }
    },
    60_000,
  );
});
