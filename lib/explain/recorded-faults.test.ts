/**
 * Faults that were really injected into a running cloud, the pings that were then sent, and what captures showed:
 * e2e/recordings/faults.tar.zst, with what was broken and what must be named in faults.json.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdDecompress } from "node:zlib";
import { unpackTar } from "modern-tar/fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TraceQuery } from "../api/http.ts";
import { checkCloud } from "../check/check.ts";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { TraceEvent, VerdictEvent } from "../datapath/event.ts";
import { frames, fromFrame, fromHop, type RecordedCase } from "./testing/recording.ts";
import { traceCloud } from "./trace.ts";

interface Recording {
  injected: string;
  /** What a trace must name; absent where the ping works all the same, or several answers are right. */
  expected?: { code: string; element?: string; device?: string };
  /** Code → the cases that end with it, where they do so for several reasons. */
  codes?: Record<string, string>;
  /** Of a cloud that nobody broke: a pattern of all that differs from what Neutron wants. */
  found?: string;
  /** Cases whose frames were captured before or after the snapshot's moment, and what differed. Outcome and code count. */
  notCompared?: Record<string, string>;
}

const at = (path: string) => new URL(`../../e2e/recordings/${path}`, import.meta.url);
const recordings: Record<string, Recording> = JSON.parse(readFileSync(at("faults.json"), "utf8"));
const directory = mkdtempSync(join(tmpdir(), "underlay-faults-"));

beforeAll(async () => {
  const archive = createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 28 } });
  await pipeline(Readable.from([readFileSync(at("faults.tar.zst"))]), archive, unpackTar(directory));
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const LEGS = { request: "request", reply: "reply", "arp-request": "arp_request", "arp-reply": "arp_reply" } as const;

function queryOf(c: RecordedCase): TraceQuery {
  if (c.messages) return { from: c.src, proto: "dhcp" };
  const query: TraceQuery = { from: c.src, to: c.dst, proto: "icmp" };
  const option = (name: string) => c.opts?.[c.opts.indexOf(name) + 1];
  if (c.opts?.includes("-s")) query.size = Number(option("-s"));
  if (c.opts?.includes("-t")) query.ttl = Number(option("-t"));
  if (c.opts?.includes("-M")) query.df = true;
  return query;
}

/**
 * A flood's branches cross devices at the same time, so that only the set of frames is the same; without a flood the
 * order is too. A DHCP client that gets no answer asks again: each frame counts once.
 */
function expectFrames(events: readonly TraceEvent[], c: RecordedCase): void {
  if (c.messages) {
    for (const [type, side] of Object.entries(c.messages)) {
      const seen = frames(events, `dhcp-${type.toLowerCase()}`).map(fromFrame);
      expect(unique(seen), type).toEqual(unique(side.hops.map(fromHop)));
    }
    return;
  }
  for (const [leg, side] of Object.entries(LEGS)) {
    const seen = frames(events, leg);
    const text = seen.map(fromFrame);
    const want = (c[side]?.hops ?? []).map(fromHop);
    if (leg.startsWith("arp")) expect(unique(text), leg).toEqual(unique(want));
    else if (seen.some((f) => f.branch !== "0")) expect(text.toSorted(), leg).toEqual(want.toSorted());
    else expect(text, leg).toEqual(want);
  }
}

const unique = (list: string[]) => [...new Set(list)].sort();

for (const [name, recording] of Object.entries(recordings))
  describe(`${name}: ${recording.injected}`, () => {
    let cloud: CollectedCloud;
    let cases: RecordedCase[];
    beforeAll(async () => {
      cloud = await readBundle(join(directory, name, "snapshot"));
      cases = JSON.parse(readFileSync(join(directory, name, "truth.json"), "utf8")).cases;
    });

    it("has the outcome and the frames of the captures", () => {
      const codes: Record<string, string> = {};
      for (const c of cases) {
        const events = [...traceCloud(cloud, queryOf(c))];
        const verdict = events.at(-1) as VerdictEvent;
        if (!c.ok) codes[c.id] = verdict.code;
        expect({ case: c.id, delivered: verdict.outcome === "delivered" }).toEqual({ case: c.id, delivered: c.ok });
        if (recording.notCompared?.[c.id] === undefined) expectFrames(events, c);
      }
      for (const [code, ids] of Object.entries(recording.codes ?? {}))
        for (const id of ids.split(" ")) expect(`${id} ${codes[id]}`).toBe(`${id} ${code}`);
    }, 120_000);

    const { expected, found } = recording;
    if (found)
      it("has hosts as Neutron wants them", () => {
        const differences = checkCloud(cloud).hosts.flatMap((host) => {
          expect({ host: host.name, checked: host.checked }).toEqual({
            host: host.name,
            checked: host.name !== "outside",
          });
          return host.differences.map((one) => `${one.kind} ${one.part} ${one.name}`);
        });
        expect(differences.filter((one) => !new RegExp(found).test(one))).toEqual([]);
      });
    if (expected)
      it(`names ${expected.code}${expected.element ? ` and ${expected.element}` : ""}`, () => {
        for (const c of cases.filter((x) => !x.ok)) {
          const verdict = [...traceCloud(cloud, queryOf(c))].at(-1) as VerdictEvent;
          expect(verdict.code, verdict.summary).toBe(expected.code);
          if (expected.element) expect(verdict.element?.text).toContain(expected.element);
          if (expected.device) expect(verdict.device).toContain(expected.device);
        }
      });
  });
