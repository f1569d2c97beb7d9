/** Faults and repairs of a running embedded cloud: several at once do not meet, and what was shown is what runs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { BundleDisk } from "../clouds/disk.ts";
import { demoDir } from "../clouds/places.ts";
import { CloudStore } from "../clouds/store.ts";
import { type EmbeddedCloud, openEmbedded, storePlace } from "../embedded.ts";
import { run } from "../faults/scene.ts";
import { cloudOf } from "../simulation/world.ts";
import { agentsOf, controlAgent } from "./agents.ts";
import { checkOf, repair, repairFor } from "./check.ts";
import { Faults } from "./faults.ts";
import { Waiters } from "./waiters.ts";

const data = mkdtempSync(path.join(tmpdir(), "underlay-faults-"));
const ending = new AbortController();
let cloud: EmbeddedCloud;
let faults: Faults;

beforeAll(async () => {
  const report = (error: unknown) => {
    throw error;
  };
  cloud = await openEmbedded({ place: storePlace(data, {}), env: {}, signal: ending.signal, report });
  faults = new Faults(cloud);
});
afterEach(async () => {
  await faults.undo("all");
});
afterAll(async () => {
  ending.abort();
  await cloud.close();
  rmSync(data, { recursive: true });
});

const now = async () => {
  await cloud.simulation.settled();
  return cloudOf(cloud.simulation.moment());
};
const ping = async () => run(await now(), { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp" }).verdict;
const server = {
  clouds: new CloudStore({ disk: new BundleDisk(data), demoDir: demoDir(), embedded: now }),
  embedded: async () => cloud,
  waiters: new Waiters(),
};
const differences = async () => (await checkOf(server, "embedded")).hosts.flatMap((one) => one.differences);

test("several at once on one host, put in and taken back, leave it as it was", async () => {
  const kinds = ["dead-vlan", "qvo-mtu", "security-group-ingress-drop", "tap-down", "host-forward-drop"];
  const injected = await Promise.all(kinds.map((kind) => faults.inject(kind)));
  expect((await faults.injected()).map((one) => [one.kind, one.stands])).toEqual(kinds.map((kind) => [kind, true]));
  await Promise.all([...injected.slice(1).map((one) => faults.undo(one.id)), faults.inject("wrong-tag")]);
  const left = (await faults.injected()).map((one) => one.kind);
  expect(left).toEqual(["dead-vlan", "wrong-tag"]);
  await Promise.all(["all", "all"].map((id) => faults.undo(id)));
  expect(await faults.injected()).toEqual([]);
  expect(await differences()).toEqual([]);
});

test("rules that agents have put right or elsewhere since are taken back all the same", async () => {
  const injected = await Promise.all([
    faults.inject("host-forward-drop", "compute3"),
    faults.inject("security-group-rules-missing", "vlan-vm3"),
    faults.inject("security-group-ingress-drop", "vlan-vm3"),
  ]);
  const id = (await agentsOf(server, "embedded")).find((one) => one.host === "compute3")?.id ?? "";
  for (const run of [false, true]) await controlAgent(server, "embedded", { id, run });
  for (const one of injected) await faults.undo(one.id);
  expect(await differences()).toEqual([]);
});

test("what was injected says its lines, and a trace that meets it", async () => {
  const place = (await faults.places("dead-vlan")).places.find((one) => one.label === "cirros-vm2");
  const fault = await faults.inject("dead-vlan", "cirros-vm2");
  expect(fault.lines).toEqual(place?.lines);
  expect(fault.lines[0]?.line).toMatch(/^ovs-vsctl set Port qvo\S+ tag=4095$/);
  expect(run(await now(), fault.trace ?? { from: "", proto: "icmp" }).verdict.code).toBe(fault.code);
});

test("the check of one host is that host's line of the whole check", async () => {
  await faults.inject("dead-vlan", "cirros-vm2");
  const { hosts } = await checkOf(server, "embedded");
  const broken = hosts.filter((one) => one.differences.length > 0);
  expect(broken).toHaveLength(1);
  const only = broken[0]?.name;
  expect(await checkOf(server, "embedded", { only })).toEqual({ hosts: broken });
  await expect(checkOf(server, "embedded", { only: "compute9" })).rejects.toThrow("compute9");
  await faults.undo("all");
});

test("a guest that is broken already can be broken in another way, once in each", async () => {
  const first = await faults.inject("dead-vlan", "cirros-vm2");
  const { kinds } = await faults.report();
  const placesOf = (kind: string) => kinds.find((one) => one.kind === kind)?.places;
  expect(placesOf("dead-vlan")).not.toContain("cirros-vm2");
  expect(placesOf("qvo-down")).toContain("cirros-vm2");
  await expect(faults.inject("dead-vlan", "cirros-vm2")).rejects.toThrow("dead-vlan is at cirros-vm2 already");
  await faults.inject("port-unplugged", "cirros-vm2");
  await expect(faults.inject("wrong-tag", "cirros-vm2")).rejects.toThrow(/wrong-tag cannot be put in .*port-unplugged/);
  await faults.undo(first.id);
  expect((await faults.injected()).map((one) => [one.kind, one.stands])).toEqual([["port-unplugged", true]]);
  await faults.undo("all");
  expect(await differences()).toEqual([]);
});

test("one difference of two is repaired by its own commands alone", async () => {
  await faults.inject("dead-vlan", "cirros-vm2");
  await faults.inject("security-group-ingress-drop", "vlan-vm2");
  const found = await differences();
  expect(found.map((one) => one.part)).toEqual(expect.arrayContaining(["port", "iptables"]));
  const port = found.find((one) => one.part === "port");
  const { script, repairs } = await repairFor(server, "embedded", "compute2", port?.id);
  expect(script).toMatch(/^ovs-vsctl [^\n]*tag=?\d*[^\n]*\n$/);
  expect(repairs).toEqual([port?.id]);
  await repair(server, "embedded", { host: "compute2", id: port?.id, script });
  expect((await differences()).map((one) => one.part)).toEqual(
    found.map((one) => one.part).filter((one) => one !== "port"),
  );
  expect((await faults.injected()).map((one) => [one.kind, one.stands])).toEqual([
    ["dead-vlan", false],
    ["security-group-ingress-drop", true],
  ]);
});

test("all of a host is repaired at once, unless it has changed since it was shown", async () => {
  await faults.inject("dead-vlan", "cirros-vm2");
  const early = await repairFor(server, "embedded", "compute2");
  await faults.inject("security-group-ingress-drop", "vlan-vm2");
  expect(await ping()).toMatchObject({ outcome: "dropped" });
  await expect(repair(server, "embedded", { host: "compute2", script: early.script })).rejects.toThrow(
    /has changed since/,
  );
  const { script } = await repairFor(server, "embedded", "compute2");
  await repair(server, "embedded", { host: "compute2", script });
  expect(await differences()).toEqual([]);
  expect(await ping()).toMatchObject({ outcome: "delivered" });
});

test("a recording is not repaired", async () => {
  await expect(repair(server, "legacy", { host: "compute1", script: "" })).rejects.toThrow(/recordings/);
});
