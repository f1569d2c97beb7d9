/** What happened between two runs: administrators are told of hosts and of all objects, projects of their own alone. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedCloud, openEmbedded, storePlace } from "../embedded.ts";
import { run } from "../faults/scene.ts";
import { serviceContext } from "../identity/context.ts";
import { cloudOf } from "../simulation/world.ts";
import { Faults } from "./faults.ts";
import { compare } from "./history-compare.ts";
import { Runs } from "./history-runs.ts";
import type { Session } from "./session.ts";

const data = mkdtempSync(path.join(tmpdir(), "underlay-compare-"));
const ending = new AbortController();
let cloud: EmbeddedCloud;

beforeAll(async () => {
  const report = (error: unknown) => {
    throw error;
  };
  cloud = await openEmbedded({ place: storePlace(data, {}), env: {}, signal: ending.signal, report });
});
afterAll(async () => {
  ending.abort();
  await cloud.close();
  rmSync(data, { recursive: true });
});

function session(admin: boolean): Session {
  const context = serviceContext();
  const project = { id: "nobody", name: "nobody" };
  const user = { id: "somebody", name: "somebody" };
  const own = admin ? context : { ...context, isAdmin: false, roles: ["member"], projectId: project.id };
  return { token: "t", user, project, roles: own.roles, admin, expiresAt: Number.POSITIVE_INFINITY, context: own };
}

const PING = { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp" } as const;

async function traced(runs: Runs) {
  await cloud.simulation.settled();
  const [time, moment] = [Date.now(), await runs.moment()];
  return runs.keep(PING, time, moment, run(cloudOf(cloud.simulation.moment()), PING).events);
}

test("between a broken run and a mended one stands the deed that mended it", async () => {
  const faults = new Faults(cloud);
  const [admin, tenant] = [session(true), session(false)];
  const [all, own] = [new Runs(cloud, admin, "embedded"), new Runs(cloud, tenant, "embedded")];
  await faults.inject("dead-vlan", "cirros-vm2");
  const [before, ownBefore] = [await traced(all), await traced(own)];
  await faults.undo("all");
  const [after, ownAfter] = [await traced(all), await traced(own)];

  const told = await compare(cloud, admin, "embedded", after.id, before.id);
  expect([told.before.code, told.after.code]).toEqual(["DEAD_VLAN", "DELIVERED"]);
  expect(told.between?.deeds.map((deed) => [deed.host, deed.what.join()])).toEqual([
    ["compute2", expect.stringContaining("undo fault dead-vlan: cirros-vm2")],
  ]);
  expect(told.between?.deeds[0]?.commands.join("\n")).toContain("ovs-vsctl set Port qvo");
  // What was put in before the first run is not between the two, nor are Underlay's own notes objects of the cloud.
  expect(told.between?.changes).toEqual([]);

  const shown = await compare(cloud, tenant, "embedded", ownBefore.id, ownAfter.id);
  expect(shown.between).toEqual({ changes: [], deeds: [], incomplete: false });
  await expect(compare(cloud, tenant, "embedded", before.id, ownAfter.id)).rejects.toMatchObject({ code: "not_found" });
});
