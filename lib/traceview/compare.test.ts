import { expect, test } from "vitest";
import { run } from "../faults/scene.ts";
import { parseCommand } from "../host/command/shell.ts";
import { applyAll } from "../host/run.ts";
import { compareTraces } from "./compare.ts";
import { demoCloud } from "./testing/traced.ts";

const PING = { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp" } as const;

test("a run and the same again are the same, hop by hop", async () => {
  const cloud = await demoCloud("legacy");
  const legs = compareTraces(run(cloud, PING).events, run(cloud, PING).events);
  expect(legs.length).toBeGreaterThan(2);
  expect(legs.flatMap((leg) => leg.first ?? [])).toEqual([]);
});

test("two runs part where the fault was put in", async () => {
  const cloud = await demoCloud("legacy");
  const guest = cloud.world.guests.find((one) => one.name === "cirros-vm2");
  const port = `qvo${guest?.portId.slice(0, 11)}`;
  const hosts = cloud.world.hosts.map((host) =>
    host.name === guest?.host ? applyAll(host, [parseCommand(`ovs-vsctl set Port ${port} tag=4095`)]) : host,
  );
  const broken = run({ ...cloud, world: { ...cloud.world, hosts } }, PING);
  const legs = compareTraces(run(cloud, PING).events, broken.events);
  const leg = legs.find((one) => one.first !== undefined);
  const row = leg?.rows[leg.first ?? 0];
  // The guest’s port is where its own question for the way back enters the switch.
  expect(leg?.id).toBe("resolve-request.r1");
  expect(row?.how).toBe("changed");
  expect(row?.after?.place).toBe(`${guest?.host} · br-int`);
  // What the earlier run alone did is told as such, and so are legs that never came about.
  expect(legs.find((one) => one.id === "reply")?.rows.every((one) => one.how === "before")).toBe(true);
});
