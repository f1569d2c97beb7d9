/** A driver of each kind in a few lines, as docs/ml2-drivers.md shows them. */
import { afterEach, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../config/config.ts";
import { conflict } from "../errors.ts";
import { type TestService, testService } from "../testing/service.ts";
import type { MechanismDriver } from "./mechanism-driver.ts";
import type { TypeDriverFactory } from "./type-driver.ts";

/** Networks in rings of a fibre, numbered from 1 to 2. */
const ringDriver: TypeDriverFactory = () => {
  const segment = (id: number) => ({ network_type: "ring", physical_network: null, segmentation_id: id });
  return {
    type: "ring",
    validateProviderSegment: () => {},
    isPartialSegment: ({ segmentation_id }) => segmentation_id === null,
    async reserveProviderSegment(pool, { segmentation_id: id }) {
      const wanted = segment(id ?? 1);
      if (!(await pool.isFree(wanted))) throw conflict("RingInUse", `The ring ${id} is in use.`);
      return wanted;
    },
    async allocateTenantSegment(pool) {
      for (const id of [1, 2]) if (await pool.isFree(segment(id))) return segment(id);
      return undefined;
    },
    mtu: () => 9000,
  };
};

/** Says what it is told, and fails where the name of an object asks for it. */
function listener(told: string[]): MechanismDriver {
  const at = (where: string, name: string) => {
    told.push(`${where} ${name}`);
    if (name === `fail ${where}`) throw new Error("the switch does not answer");
  };
  return {
    name: "listener",
    precommit: {
      createNetwork: (_change, { current }) => at("precommit network", current.name),
      createPort: (_change, { current }) => at("precommit port", current.name),
    },
    postcommit: {
      createNetwork: (_call, { current }) => at("postcommit network", current.name),
      createPort: (_call, { current }) => at("postcommit port", current.name),
      deleteNetwork: (_call, { current }) => at("deleted network", current.name),
      deletePort: (_call, { current }) => at("deleted port", current.name),
    },
    bindPort: async (_call, { host, segments: [segment] }) =>
      host === "ring-host" && segment ? { segment, vif_type: "ring", vif_details: { socket: 7 } } : undefined,
  };
}

let cloud: TestService | undefined;
const told: string[] = [];
afterEach(async () => {
  told.splice(0);
  await cloud?.close();
  cloud = undefined;
});

async function ringCloud(): Promise<TestService> {
  const ml2 = {
    ...DEFAULT_CONFIG.ml2,
    type_drivers: ["ring"],
    tenant_network_types: ["ring"],
    mechanism_drivers: ["openvswitch", "listener"],
  };
  cloud = await testService(
    { ...DEFAULT_CONFIG, ml2 },
    { typeDrivers: { ring: ringDriver }, mechanismDrivers: { listener: () => listener(told) } },
  );
  return cloud;
}

const names = async (of: TestService, plural: string) =>
  (await of.call(of.admin, "GET", plural)).body[plural].map((one: { name: string }) => one.name);

test("a type driver gives segments until none is left, and has them back when networks go", async () => {
  const { call, admin, demo } = await ringCloud();
  const made = [];
  for (const name of ["a", "b"]) made.push((await call(demo, "POST", "networks", { network: { name } })).body.network);
  const shown = (await call(admin, "GET", `networks/${made[1].id}`)).body.network;
  expect([shown["provider:network_type"], shown["provider:segmentation_id"], shown.mtu]).toEqual(["ring", 2, 9000]);
  const refused = await call(demo, "POST", "networks", { network: {} });
  expect([refused.status, refused.body.NeutronError.type]).toEqual([503, "NoNetworkAvailable"]);
  await call(demo, "DELETE", `networks/${made[0].id}`);
  expect((await call(demo, "POST", "networks", { network: { name: "c" } })).status).toBe(201);
});

test("a mechanism driver binds what those before it cannot", async () => {
  const { call, admin } = await ringCloud();
  const { id } = (await call(admin, "POST", "networks", { network: {} })).body.network;
  const port = { network_id: id, "binding:host_id": "ring-host" };
  const bound = (await call(admin, "POST", "ports", { port })).body.port;
  expect(bound).toMatchObject({
    "binding:vif_type": "ring",
    "binding:vif_details": { socket: 7, bound_drivers: { 0: "listener" } },
    status: "DOWN",
  });
});

test("what a driver refuses before the commit never was", async () => {
  const of = await ringCloud();
  const reply = await of.call(of.demo, "POST", "networks", { network: { name: "fail precommit network" } });
  expect([reply.status, reply.body.NeutronError.type]).toEqual([500, "MechanismDriverError"]);
  expect(await names(of, "networks")).toEqual([]);
  expect(told).toEqual(["precommit network fail precommit network"]);
  for (const name of ["a", "b"]) await of.call(of.demo, "POST", "networks", { network: { name } });
  expect(await names(of, "networks")).toEqual(["a", "b"]); // Both rings are free.
});

test("what a driver cannot do after the commit is undone, with all that was created with it", async () => {
  const of = await ringCloud();
  const { id } = (await of.call(of.demo, "POST", "networks", { network: { name: "n" } })).body.network;
  told.splice(0);
  const ports = ["a", "fail postcommit port", "b"].map((name) => ({ name, network_id: id }));
  const reply = await of.call(of.demo, "POST", "ports", { ports });
  expect([reply.status, reply.body.NeutronError.type]).toEqual([500, "MechanismDriverError"]);
  expect(await names(of, "ports")).toEqual([]);
  expect(told.filter((line) => line.startsWith("deleted"))).toEqual([
    "deleted port b",
    "deleted port fail postcommit port",
    "deleted port a",
  ]);
  const network = await of.call(of.demo, "POST", "networks", { network: { name: "fail postcommit network" } });
  expect(network.status).toBe(500);
  expect(await names(of, "networks")).toEqual(["n"]);
});

test("a driver that nobody knows keeps the service from starting", async () => {
  for (const [option, named] of [
    ["type_drivers", "token_ring"],
    ["mechanism_drivers", "cisco"],
    ["extension_drivers", "fwaas"],
  ] as const)
    await expect(testService({ ...DEFAULT_CONFIG, ml2: { ...DEFAULT_CONFIG.ml2, [option]: [named] } })).rejects.toThrow(
      `[ml2] ${option}: there is no driver ${named}; known are `,
    );
});
