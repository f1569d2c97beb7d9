import { beforeAll, expect, test } from "vitest";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { searchFlows } from "./flows.ts";

let cloud: CollectedCloud;
beforeAll(async () => {
  cloud = await readBundle(new URL("../demo/legacy", import.meta.url).pathname);
});

test("finds flows of every host by their fields, by table names and by the names woven in", async () => {
  const dead = await searchFlows(cloud, "table=0 dl_vlan=4095");
  expect(dead.hosts.map((one) => one.name)).toEqual(["compute1", "compute2", "network1"]);
  expect(dead.hosts[0]?.flows).toMatchObject([
    { bridge: "br-int", table: 0, flow: { priority: 65535, actions: "drop" } },
  ]);
  expect(dead.searched).toBe(
    cloud.world.hosts.reduce((n, h) => n + (h.ovs?.bridges ?? []).reduce((m, b) => m + b.flows.length, 0), 0),
  );
  expect((await searchFlows(cloud, "table=ARP_RESPONDER cirros-vm1")).total).toBeGreaterThan(0);
  expect((await searchFlows(cloud, "no-such-word")).hosts).toEqual([]);
  expect(await searchFlows(cloud, "  ")).toMatchObject({ total: 0, searched: 0 });
});

test("tells a bounded part of many", async () => {
  const all = await searchFlows(cloud, "table");
  expect(all.total).toBe(all.searched);
  for (const host of all.hosts) expect(host.flows.length).toBe(Math.min(host.total, 200));
});
