import { expect, test } from "vitest";
import type { CloudApi, NeutronPort } from "../api/neutron.ts";
import type { HostState } from "../host/state.ts";
import { deriveGuests } from "./guests.ts";
import { bridge, host, link, namespace } from "./testing.ts";

const PORT = "11111111-2222-3333-4444-555555555555";

function port(more: Record<string, unknown> = {}): NeutronPort {
  return {
    ...{
      id: PORT,
      name: "",
      project_id: "p",
      network_id: "n",
      mac_address: "FA:16:3E:00:00:01",
      admin_state_up: true,
      status: "ACTIVE",
    },
    ...{
      fixed_ips: [{ subnet_id: "s", ip_address: "10.0.0.5" }],
      device_id: "vm",
      device_owner: "compute:nova",
      security_groups: [],
    },
    ...{ allowed_address_pairs: [], port_security_enabled: true, "binding:host_id": "h" },
    ...more,
  } as NeutronPort;
}

function api(ports: NeutronPort[], more: Partial<Record<keyof CloudApi, unknown[]>> = {}): CloudApi {
  const subnet = {
    id: "s",
    network_id: "n",
    cidr: "10.0.0.0/26",
    ip_version: 4,
    gateway_ip: "10.0.0.1",
    enable_dhcp: true,
    host_routes: [{ destination: "10.9.0.0/16", nexthop: "10.0.0.9" }],
  };
  return {
    ...{ routers: [], floatingIps: [], securityGroups: [], agents: [], servers: [], projects: [] },
    ...{ networks: [{ id: "n", mtu: 1442 }], subnets: [subnet] },
    ports,
    ...more,
  } as unknown as CloudApi;
}

const TAP = "tap11111111-22";
const plain = host("h", namespace("root", [link(TAP, "tap")]));
const derive = (cloud: CloudApi, hosts: HostState[] = [plain]) =>
  deriveGuests(cloud, hosts, (name) => hosts.find((h) => h.name === name)?.name);

test("address, prefix, gateway, MTU, routes and tap", () => {
  const { guests, gaps } = derive(api([port()]));
  expect(guests).toEqual([
    {
      ...{
        name: PORT,
        host: "h",
        portId: PORT,
        serverId: "vm",
        networkId: "n",
        projectId: "p",
        tap: TAP,
        mac: "fa:16:3e:00:00:01",
      },
      ...{ fixedIps: [{ address: "10.0.0.5", prefix: 26, gateway: "10.0.0.1" }], mtu: 1442, adminUp: true },
      hostRoutes: [{ dst: "10.9.0.0/16", via: "10.0.0.9" }],
    },
  ]);
  expect(gaps).toEqual([]);
});

test("is named by its server, else its port", () => {
  expect(derive(api([port({ name: "web-port" })])).guests[0]?.name).toBe("web-port");
  expect(derive(api([port({ name: "web-port" })], { servers: [{ id: "vm", name: "web" }] })).guests[0]?.name).toBe(
    "web",
  );
});

test("routes that DHCP hands out are added once, the default left out", () => {
  const dhcp: HostState = {
    ...host("net", namespace("root", [])),
    dnsmasq: [
      {
        ...{
          networkId: "n",
          netns: "qdhcp-n",
          command: "dnsmasq",
          running: true,
          hosts: [],
          addnHosts: [],
          leases: [],
        },
        options: [
          {
            tag: "subnet-s",
            name: "classless-static-route",
            value: "169.254.169.254/32,10.0.0.2,10.9.0.0/16,10.0.0.9,0.0.0.0/0,10.0.0.1",
            line: "",
          },
          { tag: "subnet-other", name: "classless-static-route", value: "1.0.0.0/8,10.0.0.3", line: "" },
        ],
      },
    ],
  };
  expect(derive(api([port()]), [plain, dhcp]).guests[0]?.hostRoutes).toEqual([
    { dst: "10.9.0.0/16", via: "10.0.0.9" },
    { dst: "169.254.169.254/32", via: "10.0.0.2" },
  ]);
});

test.each([
  [[["router", "10.0.0.7"]], "10.0.0.7"],
  [[["router", ""]], undefined],
  [[["dns-server", "10.0.0.3"]], "10.0.0.1"],
  [
    [
      ["router", "10.0.0.7"],
      ["classless-static-route", "1.0.0.0/8,10.0.0.3,0.0.0.0/0,10.0.0.8"],
    ],
    "10.0.0.8",
  ],
] as const)("the gateway is what DHCP tells of it: %j", (told, gateway) => {
  const options = told.map(([name, value]) => ({ tag: "subnet-s", name, value, line: "" }));
  const server = {
    networkId: "n",
    netns: "qdhcp-n",
    command: "",
    running: true,
    hosts: [],
    options,
    addnHosts: [],
    leases: [],
  };
  const { guests } = derive(api([port()]), [{ ...plain, dnsmasq: [server] }]);
  expect(guests[0]?.fixedIps[0]?.gateway).toBe(gateway);
});

test("the router of an IPv6 subnet is what advertises itself there, where Neutron's router does", () => {
  const subnet = { id: "s", network_id: "n", cidr: "2001:db8::/64", ip_version: 6, gateway_ip: "2001:db8::" };
  const routerOf = (ipv6_ra_mode: string | null, device_owner: string) => {
    const fixed_ips = [{ subnet_id: "s", ip_address: "2001:db8::" }];
    const gateway = port({ id: "gw", mac_address: "fa:16:3e:2b:6e:f3", device_owner, fixed_ips });
    const own = port({ fixed_ips: [{ subnet_id: "s", ip_address: "2001:db8::5" }] });
    const subnets = [{ ...subnet, enable_dhcp: true, host_routes: [], ipv6_ra_mode }];
    return derive(api([own, gateway], { subnets })).guests.find((one) => one.portId === PORT)?.fixedIps[0]?.router;
  };
  expect(routerOf("slaac", "network:router_interface_distributed")).toBe("fe80::f816:3eff:fe2b:6ef3");
  expect(routerOf(null, "network:router_interface")).toBeUndefined();
  expect(routerOf("slaac", "")).toBeUndefined();
});

test("the interface with its port id is its tap, but a qvo is not", () => {
  const plugged = (name: string) =>
    host("h", namespace("root", []), [bridge("br-int", [{ name, externalIds: { "iface-id": PORT } }])]);
  expect(derive(api([port()]), [plugged("vhu11111111-22")]).guests[0]?.tap).toBe("vhu11111111-22");
  expect(derive(api([port()]), [plugged("qvo11111111-22")]).guests[0]?.tap).toBe(TAP);
});

test("which ports are guests", () => {
  const owner = (device_owner: string, hosts?: HostState[]) =>
    derive(api([port({ device_owner })]), hosts).guests.length;
  expect(owner("compute:az2")).toBe(1);
  expect(owner("Octavia")).toBe(1);
  expect(owner("")).toBe(1);
  expect(owner("Octavia", [host("h", namespace("root", []))])).toBe(0);
  for (const other of ["network:dhcp", "network:router_interface", "network:floatingip"]) expect(owner(other)).toBe(0);
  expect(derive(api([port({ "binding:host_id": "" })])).guests).toEqual([]);
});

test("a guest's VLAN device is described by its trunk's subport", () => {
  const child = port({ id: "sub", mac_address: "FA:16:3E:00:00:02", device_owner: "trunk:subport" });
  const trunks = [{ port_id: PORT, sub_ports: [{ port_id: "sub", segmentation_type: "vlan", segmentation_id: 7 }] }];
  const { guests, subports, gaps } = derive(api([port(), child], { trunks }));
  expect(guests.map((one) => one.portId)).toEqual([PORT]);
  expect(subports).toEqual([{ ...guests[0], portId: "sub", mac: "fa:16:3e:00:00:02", vlan: 7 }]);
  expect(gaps).toEqual([]);
});

test("what is missing is said: host, network, subnet, and trunks' subports", () => {
  const gapsOf = (cloud: CloudApi) => derive(cloud).gaps.map((gap) => gap.reason);
  expect(gapsOf(api([port({ "binding:host_id": "elsewhere" })]))[0]).toContain(
    "host elsewhere, which the bundle does not have",
  );
  expect(gapsOf(api([port()], { networks: [] }))[0]).toContain("1500 is assumed");
  expect(gapsOf(api([port()], { subnets: [] }))[0]).toContain("subnet s of 10.0.0.5 is unknown");
  expect(gapsOf(api([port({ device_owner: "trunk:subport" })]))[0]).toContain("no trunk is known");
});
