/** Hosts, exported and built again, are what they were; and a shell can read the scripts. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { openEmbedded, storePlace } from "../embedded.ts";
import { parseCommands, printCommands } from "../host/command/shell.ts";
import { quoteWord } from "../host/command/words.ts";
import { applyAll } from "../host/run.ts";
import type { HostState } from "../host/state.ts";
import { compareHosts, differenceText } from "../intent/compare.ts";
import { cloudOf } from "../simulation/world.ts";
import { buildScript } from "./build-script.ts";
import { bareMachine, buildCommands } from "./build-script-commands.ts";

const data = mkdtempSync(join(tmpdir(), "underlay-script-"));
afterAll(() => rmSync(data, { recursive: true }));

const recorded = (name: string) => readBundle(new URL(`../demo/${name}`, import.meta.url).pathname);

async function embedded(): Promise<CollectedCloud> {
  const ending = new AbortController();
  const report = (error: unknown) => {
    throw error;
  };
  const cloud = await openEmbedded({ place: storePlace(data, {}), env: {}, signal: ending.signal, report });
  await cloud.simulation.settled();
  const { simulation } = cloud;
  const opened = cloudOf(simulation.moment());
  ending.abort();
  await cloud.close();
  return opened;
}

describe.each([
  ["recorded legacy", () => recorded("legacy")],
  ["recorded dvr", () => recorded("dvr")],
  ["new embedded", embedded],
] as const)("the hosts of the %s cloud", (_, open) => {
  let world: CollectedCloud["world"];
  beforeAll(async () => {
    ({ world } = await open());
  });

  test("are built by their commands", () => {
    const differences = world.hosts.flatMap((host) => {
      const built = applyAll(bareMachine(host), parseCommands(printCommands(buildCommands(host))));
      return compareHosts(host, built, { numbers: "named" });
    });
    // What devices give themselves is the kernel's business: their addresses, and the routes to these.
    const chosen = differences.filter((one) => !/^(local )?fe80:/.test(one.name));
    expect(chosen.map(differenceText)).toEqual([]);
  });

  test("have scripts that a shell can read, with each of their guests", () => {
    for (const host of world.hosts) {
      const script = buildScript(world, host);
      expect(spawnSync("sh", ["-n"], { input: script, encoding: "utf8" }), host.name).toMatchObject({
        status: 0,
        stderr: "",
      });
      for (const guest of world.guests.filter((one) => one.host === host.name)) {
        expect(script).toContain(`  guest ${guest.name}\n`);
        expect(script).toContain(` link set eth0 address ${guest.mac} mtu ${guest.mtu} up\n`);
      }
    }
  });
});

test("a guest on a trunk has its subports as VLAN devices", async () => {
  const { world } = await recorded("legacy");
  const [guest] = world.guests;
  const host = world.hosts.find((one) => one.name === guest?.host);
  if (!guest || !host) throw new Error("no guest");
  const fixedIps = [{ address: "10.9.0.5", prefix: 24, gateway: "10.9.0.1" }];
  const subport = { ...guest, portId: "sub", mac: "fa:16:3e:00:00:09", mtu: 9000, vlan: 101, fixedIps, hostRoutes: [] };
  const script = buildScript({ ...world, subports: [subport] }, host);
  const inside = [...script.matchAll(/^ {2}ip -n "\$lab-\S+" (.* eth0\.101\b.*)$/gm)].map(([, words]) => words);
  expect(inside).toEqual([
    "link add link eth0 name eth0.101 type vlan id 101",
    `link set eth0.101 address fa:16:3e:00:00:09 mtu ${guest.mtu} up`,
    "addr add 10.9.0.5/24 dev eth0.101",
    expect.stringMatching(/^route add default via 10\.9\.0\.1 dev eth0\.101 metric 2001 /),
  ]);
});

test("a guest on several subnets of one network has one route to each place", async () => {
  const { world } = await recorded("legacy");
  const [first] = world.guests;
  const host = world.hosts.find((one) => one.name === first?.host);
  if (!first || !host) throw new Error("no guest");
  const fixedIps = [1, 2].map((n) => ({ address: `10.1.${n}.3`, prefix: 24, gateway: `10.1.${n}.1` }));
  const hostRoutes = ["10.1.2.0/24", "10.1.1.0/24", "10.1.3.0/24"].map((dst) => ({ dst, via: "0.0.0.0" }));
  const guest = {
    ...first,
    name: "two",
    fixedIps,
    hostRoutes: [...hostRoutes, { dst: "10.7.0.0/16", via: "10.1.1.9" }],
  };
  const script = buildScript({ ...world, guests: [guest] }, host);
  expect([...script.matchAll(/lab-two" route add (.*?) 2>/g)].map(([, words]) => words)).toEqual([
    "default via 10.1.1.1 dev eth0",
    "10.1.3.0/24 dev eth0",
    "10.7.0.0/16 via 10.1.1.9 dev eth0",
  ]);
});

test("guests with the longest of names have namespaces of their own", async () => {
  const { world } = await recorded("legacy");
  const guests = world.guests.map((one) => ({ ...one, name: "x".repeat(255), host: "compute1" }));
  const host = world.hosts.find((one) => one.name === "compute1");
  const names = [...buildScript({ ...world, guests }, host as HostState).matchAll(/^ {2}guest (\S+)$/gm)].map(
    ([, one]) => one,
  );
  expect(new Set(names).size).toBe(guests.length);
  expect(Math.max(...names.map((one) => `underlay-${one}`.length))).toBeLessThan(256);
});

test("names out of a recording are never read as shell", async () => {
  const { world } = await recorded("legacy");
  const bad = "x'\n$(touch pwned)`touch pwned`;../../..";
  const [first] = world.guests;
  const host = { ...world.hosts.find((one) => one.name === first?.host), name: bad };
  const guests = world.guests.map((one) => ({ ...one, name: bad, host: bad, tap: bad, mac: bad }));
  const segments = world.segments.map((one) => ({ ...one, name: bad }));
  const script = buildScript({ ...world, guests, segments }, host as HostState);
  expect(script).toMatch(/^home=\/run\/\$lab\/\$host$/m);
  expect(script).toMatch(/^host=[A-Za-z0-9._-]+$/m);
  expect(script).toContain(quoteWord(bad));
  expect(script.replaceAll(quoteWord(bad), "")).not.toContain("touch pwned");
  expect(spawnSync("sh", ["-n"], { input: script, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
});
