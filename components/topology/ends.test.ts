import { expect, test } from "vitest";
import { topology } from "../../lib/topology/testing/cloud.ts";
import { findObject } from "../objects/find.ts";
import { endsAt } from "./ends.ts";

const cloud = topology({
  external: 1,
  networks: 2,
  routers: [
    { joins: [0, 1], gateway: true },
    { joins: [], gateway: false },
  ],
  instances: [
    { on: [0], name: "one" },
    { on: [0, 1], name: "two", floating: true },
    { on: [], name: "alone" },
  ],
});
cloud.otherPorts.push(port("dhcp", "network:dhcp", "10.0.0.2"), port("spare", "", "10.0.0.9"));

function port(id: string, owner: string, address: string) {
  const rest = { mac: "fa:16:3e:00:00:01", host: "network1", status: "ACTIVE", deviceId: "" };
  return { id, name: "", owner, networkId: "net0", addresses: [address], ...rest };
}

function at(id: string, role: "from" | "to", admin = true) {
  const object = findObject(cloud, id);
  if (!object) throw new Error(`there is no ${id}`);
  const here = endsAt(object, role, { topology: cloud, ends: undefined, admin });
  return "why" in here ? here.why : here.choices.map((one) => one.value);
}

test("an instance is one end where it has one port, else one by port or address", () => {
  expect(at("vm0", "from")).toEqual(["one"]);
  expect(at("vm0", "to")).toEqual(["one"]);
  expect(at("vm1", "from")).toEqual(cloud.instances[1]?.ports.map((own) => own.id));
  expect(at("vm1", "to")).toEqual(cloud.instances[1]?.ports.flatMap((own) => own.addresses));
  expect(at("vm2", "from")).toContain("alone is on no network");
  const built = { topology: cloud, ends: [], admin: true };
  const [first] = cloud.instances;
  expect(first && endsAt({ kind: "instance", value: first }, "from", built)).toHaveProperty("why");
});

test("a router sends as one, and is sent to at an address; a project is not told what it sends", () => {
  expect(at("r0", "from")).toEqual(["r0"]);
  expect(at("r0", "to")).toEqual(["10.0.0.1", "10.0.1.1", "172.24.0.10"]);
  expect(at("r0", "from", false)).toContain("not shown to a project");
  expect(at("r1", "from")).toContain("no interface");
  expect(at("r1", "to")).toContain("no interface");
});

test("a network stands for the servers on it; an external one for every address", () => {
  expect(at("net0", "from")).toEqual(["dhcp"]);
  expect(at("net0", "to")).toEqual(["10.0.0.2", "10.0.0.9"]);
  expect(at("net0", "from", false)).toContain("not shown to a project");
  expect(at("net1", "to")).toContain("no server and no router");
  const outside = findObject(cloud, "ext0");
  expect(outside && endsAt(outside, "to", { topology: cloud, ends: undefined, admin: false })).toMatchObject({
    any: true,
  });
});
