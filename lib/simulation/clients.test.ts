/** Guests have a lease where their question and the answer arrive, and only there. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseCommands } from "../host/command/shell.ts";
import { type TestCloud, testCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let network: { id: string };
let guest: { id: string; mac_address: string; fixed_ips: { ip_address: string }[] };

beforeAll(async () => {
  cloud = await testCloud();
  network = await cloud.make("networks", "network", { name: "n" });
  await cloud.make("subnets", "subnet", { network_id: network.id, ip_version: 4, cidr: "10.0.0.0/24" });
  guest = await cloud.guest("compute1", network.id);
});
afterAll(() => cloud?.close());

async function leases() {
  const { simulation } = cloud;
  for (const _ of [1, 2]) await simulation.settled();
  await simulation.addressed();
  const host = simulation.moment().hosts.find((one) => one.name === "network1");
  return host?.dnsmasq.find((one) => one.networkId === network.id)?.leases ?? [];
}

test("a guest that is plugged gets one, as dnsmasq would write it", async () => {
  const address = guest.fixed_ips[0]?.ip_address ?? "";
  const [lease, ...others] = await leases();
  expect(others).toEqual([]);
  expect(lease).toMatchObject({ mac: guest.mac_address, address, name: `host-${address.replaceAll(".", "-")}` });
  const left = (lease?.expiry ?? 0) - Date.now() / 1000;
  expect(left).toBeGreaterThan(86_000);
  expect(left).toBeLessThanOrEqual(86_400);
});

test("one whose questions go nowhere gets none, until they do", async () => {
  const { simulation, service } = cloud;
  await simulation.byHand("network1", parseCommands("ip link set eth1 down"));
  const other = await cloud.guest("compute2", network.id);
  expect((await leases()).map((one) => one.mac)).toEqual([guest.mac_address]);
  await simulation.byHand("network1", parseCommands("ip link set eth1 up"));
  expect((await leases()).map((one) => one.mac)).toContain(other.mac_address);
  await service.call(service.admin, "DELETE", `ports/${other.id}`);
});

test("a server is told of new clients and options by its files and a signal, not by a new start", async () => {
  const { simulation, service } = cloud;
  const before = simulation.history("network1").length;
  const extra_dhcp_opts = [{ opt_name: "bootfile-name", opt_value: "pxelinux.0" }];
  await service.call(service.admin, "PUT", `ports/${guest.id}`, { port: { extra_dhcp_opts } });
  await simulation.settled();
  const commands = simulation
    .history("network1")
    .slice(before)
    .flatMap((deed) => deed.commands);
  const pid = simulation
    .moment()
    .hosts.flatMap((host) => host.processes)
    .find((one) => one.command.includes("dnsmasq"))?.pid;
  for (const file of ["host", "opts"])
    expect(commands.some((line) => line.includes(`/dhcp/${network.id}/${file}`))).toBe(true);
  expect(commands).toContain(`kill -HUP ${pid}`);
  expect(commands.some((line) => line.includes("dnsmasq --"))).toBe(false);
});

test("with the port its lease goes", async () => {
  const { service } = cloud;
  await service.call(service.admin, "DELETE", `ports/${guest.id}`);
  expect(await leases()).toEqual([]);
});
