import { expect, test } from "vitest";
import type { Topology } from "../../api/http.ts";
import { guestPorts, networkField } from "./options.ts";

const network = (name: string, external: boolean, shared: boolean) => ({
  id: name,
  name,
  external,
  shared,
  projectId: "",
});
const world = {
  networks: [
    network("inside", false, false),
    network("shared", false, true),
    network("shared-way-out", true, true),
    network("way-out", true, false),
  ],
} as unknown as Topology;

test("a tenant adds subnets and ports to no network of the provider's; an administrator may", () => {
  const offered = (admin: boolean) => {
    const field = networkField({ admin, project: "p" }, false);
    return field.kind === "choice" && field.options(world).map((one) => one.value);
  };
  expect(offered(false)).toEqual(["inside", "shared", "shared-way-out"]);
  expect(offered(true)).toEqual(["inside", "shared", "shared-way-out", "way-out"]);
});

test("a floating IP is for a port with an address of IPv4", () => {
  const port = (id: string, ...addresses: string[]) => ({ id, addresses });
  const ports = [port("four", "10.0.0.4"), port("both", "fd00::5", "10.0.0.5"), port("six", "fd00::6"), port("none")];
  const guests = { instances: [{ name: "vm", ports }] } as unknown as Topology;
  expect(guestPorts(guests).map((one) => one.value)).toEqual(["", "four", "both"]);
});
