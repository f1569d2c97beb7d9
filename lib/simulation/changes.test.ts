/** Whatever the API is told, and in whatever order: hosts that followed are as hosts built anew from what it came to. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkCloud } from "../check/check.ts";

import { deviceUp } from "../neutron/core/device-up.ts";
import type { Reply } from "../neutron/testing/service.ts";
import { GUEST_HOSTS, type TestCloud, testCloud } from "./testing/cloud.ts";
import { cloudOf } from "./world.ts";

type Values = Record<string, unknown>;

/** What a change draws on: numbers choose among what there is. */
interface Draw {
  readonly a: number;
  readonly b: number;
  readonly yes: boolean;
}

class Actor {
  private readonly cloud: TestCloud;
  readonly log: string[] = [];
  private count = 0;

  constructor(cloud: TestCloud) {
    this.cloud = cloud;
  }

  async call(method: string, path: string, body?: unknown): Promise<Reply["body"]> {
    const { service } = this.cloud;
    const { status, body: answer } = await service.call(service.admin, method, path, body);
    this.log.push(`${status} ${method} ${path} ${JSON.stringify(body) ?? ""}`);
    return status < 300 ? answer : undefined;
  }

  async guest(values: Values): Promise<void> {
    const answer = await this.call("POST", "ports", { port: values });
    if (answer) await deviceUp(this.cloud.service.neutron, answer.port.id);
  }

  get neutron() {
    return this.cloud.service.neutron;
  }

  /** A new port that nobody uses. */
  async free(which: number): Promise<Values | undefined> {
    const network = await networkOf(this, which);
    return network && (await this.call("POST", "ports", { port: { network_id: network.id } }))?.port;
  }

  /** One of what there is. */
  async some(path: string, key: string, which: number): Promise<Values | undefined> {
    const all: Values[] = (await this.call("GET", path))?.[key] ?? [];
    this.log.pop();
    return all.length === 0 ? undefined : all[which % all.length];
  }

  put(path: string, key: string, one: Values | undefined, values: Values): Promise<unknown> {
    return one ? this.call("PUT", `${path}/${one.id}`, { [key]: values }) : Promise.resolve();
  }

  drop(path: string, one: Values | undefined): Promise<unknown> {
    return one ? this.call("DELETE", `${path}/${one.id}`) : Promise.resolve();
  }

  next(): number {
    return ++this.count;
  }
}

const guestOf = (actor: Actor, which: number) => actor.some("ports?device_owner=compute:nova", "ports", which);
const networkOf = (actor: Actor, which: number) => actor.some("networks?router:external=False", "networks", which);
const externalOf = (actor: Actor, which: number) => actor.some("networks?router:external=True", "networks", which);
const routerOf = (actor: Actor, which: number) => actor.some("routers", "routers", which);
const subnetOf = (actor: Actor, which: number) => actor.some("subnets", "subnets", which);
const groupOf = (actor: Actor, which: number) => actor.some("security-groups", "security_groups", which);

const KINDS = [
  { "provider:network_type": "vxlan" },
  { "provider:network_type": "vlan", "provider:physical_network": "physnet1" },
] as const;
const V6_MODES = [null, "slaac", "dhcpv6-stateful", "dhcpv6-stateless"] as const;

type Act = (actor: Actor, draw: Draw) => Promise<unknown>;

const ACTS: Readonly<Record<string, Act>> = {
  async createNetwork(actor, { a }) {
    const n = actor.next();
    const { network } =
      (await actor.call("POST", "networks", { network: { name: `n${n}`, ...KINDS[a % KINDS.length] } })) ?? {};
    if (!network) return;
    await actor.call("POST", "subnets", { subnet: { network_id: network.id, ip_version: 4, cidr: `10.${n}.0.0/24` } });
  },
  async createSubnet(actor, { a, b }) {
    const network = await networkOf(actor, a);
    const n = actor.next();
    const mode = V6_MODES[b % V6_MODES.length];
    const modes = mode ? { ipv6_address_mode: mode, ipv6_ra_mode: mode } : {};
    const six = { ip_version: 6, cidr: `2001:db8:${n}::/64`, ...modes };
    const subnet = b % 3 === 0 ? { ip_version: 4, cidr: `10.${n}.0.0/24` } : six;
    if (network) await actor.call("POST", "subnets", { subnet: { network_id: network.id, ...subnet } });
  },
  async createGuest(actor, { a, b }) {
    const network = await networkOf(actor, a);
    if (!network) return;
    const device_id = `dddddddd-0000-4000-8000-${String(actor.next()).padStart(12, "0")}`;
    const host = GUEST_HOSTS[b % GUEST_HOSTS.length];
    const group = await groupOf(actor, b);
    const values = { device_id, device_owner: "compute:nova", "binding:host_id": host };
    await actor.guest({
      network_id: network.id,
      ...values,
      ...(a % 2 && group ? { security_groups: [group.id] } : {}),
    });
  },
  deleteGuest: async (actor, { a }) => actor.drop("ports", await guestOf(actor, a)),
  deleteNetwork: async (actor, { a }) => actor.drop("networks", await networkOf(actor, a)),
  deleteSubnet: async (actor, { a }) => actor.drop("subnets", await subnetOf(actor, a)),
  deleteGroup: async (actor, { a }) => actor.drop("security-groups", await groupOf(actor, a)),
  networkState: async (actor, { a, yes }) =>
    actor.put("networks", "network", await networkOf(actor, a), { admin_state_up: yes }),
  networkMtu: async (actor, { a, b }) =>
    actor.put("networks", "network", await networkOf(actor, a), { mtu: 1300 + (b % 150) }),
  portState: async (actor, { a, yes }) => actor.put("ports", "port", await guestOf(actor, a), { admin_state_up: yes }),
  async anyPortState(actor, { a, yes }) {
    return actor.put("ports", "port", await actor.some("ports", "ports", a), { admin_state_up: yes });
  },
  portSecurity: async (actor, { a, yes }) =>
    actor.put(
      "ports",
      "port",
      await guestOf(actor, a),
      yes ? { port_security_enabled: true } : { port_security_enabled: false, security_groups: [] },
    ),
  async portGroups(actor, { a, b, yes }) {
    const group = await groupOf(actor, b);
    return actor.put("ports", "port", await guestOf(actor, a), { security_groups: yes && group ? [group.id] : [] });
  },
  portPairs: async (actor, { a, b, yes }) =>
    actor.put("ports", "port", await guestOf(actor, a), {
      allowed_address_pairs: yes
        ? [{ ip_address: `192.168.${b % 200}.0/24` }, { ip_address: `10.99.0.${b % 200}` }]
        : [],
    }),
  async portAddress(actor, { a, b }) {
    const port = await guestOf(actor, a);
    const subnet = await actor.some(`subnets?network_id=${port?.network_id}`, "subnets", b);
    return actor.put("ports", "port", port, { fixed_ips: subnet ? [{ subnet_id: subnet.id }] : [] });
  },
  portMac: async (actor, { a, b }) =>
    actor.put("ports", "port", await guestOf(actor, a), {
      mac_address: `fa:16:3e:0${b % 10}:00:${String(actor.next() % 100).padStart(2, "0")}`,
    }),
  portHost: async (actor, { a, b }) =>
    actor.put("ports", "port", await guestOf(actor, a), { "binding:host_id": GUEST_HOSTS[b % GUEST_HOSTS.length] }),
  portOptions: async (actor, { a, b, yes }) =>
    actor.put("ports", "port", await guestOf(actor, a), {
      extra_dhcp_opts: yes ? [{ opt_name: "bootfile-name", opt_value: `boot${b % 3}` }] : [],
    }),
  async createTrunk(actor, { a, b }) {
    const parent = await actor.free(a);
    const sub = await actor.free(b);
    if (!parent || !sub) return;
    const sub_ports = [{ port_id: sub.id, segmentation_type: "vlan", segmentation_id: 100 + (b % 9) }];
    await actor.call("POST", "trunks", { trunk: { name: `t${actor.next()}`, port_id: parent.id, sub_ports } });
    const device_id = `dddddddd-0000-4000-8000-${String(actor.next()).padStart(12, "0")}`;
    const values = { device_id, device_owner: "compute:nova", "binding:host_id": GUEST_HOSTS[b % GUEST_HOSTS.length] };
    await actor.put("ports", "port", parent, values);
    await deviceUp(actor.neutron, String(parent.id));
  },
  async trunkSubport(actor, { a, b, yes }) {
    const trunk = await actor.some("trunks", "trunks", a);
    const [known] = (trunk?.sub_ports as { port_id: string }[] | undefined) ?? [];
    const added = yes ? await actor.free(b) : undefined;
    const sub_ports = yes
      ? [{ port_id: added?.id, segmentation_type: "vlan", segmentation_id: 200 + b }]
      : [{ port_id: known?.port_id }];
    if (trunk) await actor.call("PUT", `trunks/${trunk.id}/${yes ? "add" : "remove"}_subports`, { sub_ports });
  },
  deleteTrunk: async (actor, { a }) => actor.drop("trunks", await actor.some("trunks", "trunks", a)),
  async createGroup(actor) {
    await actor.call("POST", "security-groups", { security_group: { name: `g${actor.next()}` } });
  },
  async createRule(actor, { a, b, yes }) {
    const group = await groupOf(actor, a);
    const remote = await groupOf(actor, b);
    const addresses = await actor.some("address-groups", "address_groups", b);
    const from = [
      { remote_ip_prefix: "10.0.0.0/8" },
      { remote_group_id: remote?.id },
      addresses ? { remote_address_group_id: addresses.id } : {},
    ][b % 3];
    const protocol = [{ protocol: "tcp", port_range_min: 20 + (a % 9), port_range_max: 30 }, { protocol: "icmp" }, {}];
    const direction = yes ? "ingress" : "egress";
    await actor.call("POST", "security-group-rules", {
      security_group_rule: { security_group_id: group?.id, direction, ...protocol[a % 3], ...from },
    });
  },
  deleteRule: async (actor, { a }) =>
    actor.drop("security-group-rules", await actor.some("security-group-rules", "security_group_rules", a)),
  async createAddressGroup(actor, { a }) {
    const addresses = [`10.${a % 20}.0.0/16`, "2001:db8::/48"];
    await actor.call("POST", "address-groups", { address_group: { name: `a${actor.next()}`, addresses } });
  },
  async addressGroupMember(actor, { a, b, yes }) {
    const one = await actor.some("address-groups", "address_groups", a);
    const body = { addresses: [`10.${b % 20}.0.0/16`] };
    if (one) await actor.call("PUT", `address-groups/${one.id}/${yes ? "add" : "remove"}_addresses`, body);
  },
  subnetServers: async (actor, { a, b, yes }) =>
    actor.put("subnets", "subnet", await subnetOf(actor, a), {
      dns_nameservers: yes ? [`10.0.0.${1 + (b % 200)}`] : [],
      host_routes: yes ? [{ destination: `10.200.${b % 200}.0/24`, nexthop: "10.1.0.9" }] : [],
    }),
  subnetDhcp: async (actor, { a, yes }) =>
    actor.put("subnets", "subnet", await subnetOf(actor, a), { enable_dhcp: yes }),
  async subnetGateway(actor, { a, b, yes }) {
    const subnet = await subnetOf(actor, a);
    const gateway = String(subnet?.cidr).replace(/0\/24$/, String(200 + (b % 50)));
    return actor.put("subnets", "subnet", subnet, { gateway_ip: yes ? gateway : null });
  },
  async createRouter(actor, { a, yes }) {
    const network = await externalOf(actor, a);
    const gateway = network ? { external_gateway_info: { network_id: network.id } } : {};
    await actor.call("POST", "routers", {
      router: { name: `r${actor.next()}`, distributed: yes, ...(a % 2 ? gateway : {}) },
    });
  },
  async attach(actor, { a, b }) {
    const router = await routerOf(actor, a);
    const subnet = await subnetOf(actor, b);
    if (router) await actor.call("PUT", `routers/${router.id}/add_router_interface`, { subnet_id: subnet?.id });
  },
  async detach(actor, { a, b }) {
    const router = await routerOf(actor, a);
    const subnet = await subnetOf(actor, b);
    if (router) await actor.call("PUT", `routers/${router.id}/remove_router_interface`, { subnet_id: subnet?.id });
  },
  async gateway(actor, { a, b, yes }) {
    const network = await externalOf(actor, b);
    const info = network && b % 4 !== 0 ? { network_id: network.id, enable_snat: yes } : null;
    return actor.put("routers", "router", await routerOf(actor, a), { external_gateway_info: info });
  },
  routerState: async (actor, { a, yes }) =>
    actor.put("routers", "router", await routerOf(actor, a), { admin_state_up: yes }),
  async routes(actor, { a, b, yes }) {
    const router = await routerOf(actor, a);
    const port = await actor.some(`ports?device_id=${router?.id}`, "ports", b);
    const [ip] = (port?.fixed_ips as { ip_address: string }[] | undefined) ?? [];
    const nexthop = ip?.ip_address.replace(/\d+$/, "77");
    const routes = yes && nexthop ? [{ destination: `10.250.${b % 9}.0/24`, nexthop }] : [];
    return actor.put("routers", "router", router, { routes });
  },
  deleteRouter: async (actor, { a }) => actor.drop("routers", await routerOf(actor, a)),
  async floatingIp(actor, { a, b }) {
    const network = await externalOf(actor, b);
    const port = await guestOf(actor, a);
    if (network)
      await actor.call("POST", "floatingips", {
        floatingip: { floating_network_id: network.id, ...(b % 4 ? { port_id: port?.id } : {}) },
      });
  },
  async associate(actor, { a, b, yes }) {
    const port = await guestOf(actor, b);
    const one = await actor.some("floatingips", "floatingips", a);
    return actor.put("floatingips", "floatingip", one, { port_id: yes ? port?.id : null });
  },
  dropFloatingIp: async (actor, { a }) => actor.drop("floatingips", await actor.some("floatingips", "floatingips", a)),
  async forward(actor, { a, b }) {
    const floating = await actor.some("floatingips", "floatingips", a);
    const port = await guestOf(actor, b);
    const ip = (port?.fixed_ips as { ip_address: string }[] | undefined)?.find((one) => !one.ip_address.includes(":"));
    if (floating && port && ip)
      await actor.call("POST", `floatingips/${floating.id}/port_forwardings`, {
        port_forwarding: {
          ...{ protocol: "tcp", internal_port: 22, external_port: 2000 + (b % 50) },
          ...{ internal_port_id: port.id, internal_ip_address: ip.ip_address },
        },
      });
  },
  async unforward(actor, { a, b }) {
    const floating = await actor.some("floatingips", "floatingips", a);
    const path = `floatingips/${floating?.id}/port_forwardings`;
    if (floating) await actor.drop(path, await actor.some(path, "port_forwardings", b));
  },
};

async function begin(actor: Actor): Promise<void> {
  const external = { "router:external": true, "provider:network_type": "flat", "provider:physical_network": "extern" };
  const { network } = await actor.call("POST", "networks", { network: { name: "public", ...external } });
  const subnet = { network_id: network.id, ip_version: 4, cidr: "172.24.4.0/24", enable_dhcp: false };
  await actor.call("POST", "subnets", { subnet });
  const draw = (a: number, b: number): Draw => ({ a, b, yes: true });
  for (const [a, b] of [
    [0, 0],
    [1, 1],
  ] as const)
    await ACTS.createNetwork?.(actor, draw(a, b));
  for (const n of [0, 1, 2, 3]) await ACTS.createGuest?.(actor, draw(n, n));
  await ACTS.createAddressGroup?.(actor, draw(1, 1));
  await ACTS.createRouter?.(actor, { a: 1, b: 1, yes: false });
  await ACTS.attach?.(actor, draw(0, 0));
  await ACTS.attach?.(actor, draw(0, 1));
  await distributed(actor);
}

/** A distributed router with two interfaces on one network, and guests of it on two hosts. */
async function distributed(actor: Actor): Promise<void> {
  const { network } = await actor.call("POST", "networks", { network: { name: "joint" } });
  const { router } = await actor.call("POST", "routers", { router: { name: "dvr", distributed: true } });
  const attach = async (values: Values) => {
    const { subnet } = await actor.call("POST", "subnets", { subnet: { network_id: network.id, ...values } });
    await actor.call("PUT", `routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  };
  const guest = (host: string) =>
    actor.guest({ network_id: network.id, device_owner: "compute:nova", device_id: host, "binding:host_id": host });
  await attach({ ip_version: 4, cidr: "10.100.0.0/24" });
  await guest("compute1");
  await guest("compute2");
  await attach({ ip_version: 6, cidr: "2001:db8:100::/64", ipv6_address_mode: "slaac", ipv6_ra_mode: "slaac" });
}

function differences({ simulation }: TestCloud): string[] {
  const moment = simulation.moment();
  const views = new Map(
    moment.hosts.flatMap(({ name }) => {
      const view = simulation.view(name);
      return view ? [[name, view] as const] : [];
    }),
  );
  return checkCloud(cloudOf(moment), views).hosts.flatMap((one) =>
    one.differences.map((difference) => `${one.name}: ${JSON.stringify(difference)}`),
  );
}

test("port security off and on, where a distributed router has two interfaces on a network", async () => {
  const cloud = await testCloud();
  const actor = new Actor(cloud);
  try {
    await distributed(actor);
    for (const [act, yes] of [
      ["portSecurity", false],
      ["portSecurity", true],
      ["portState", false],
      ["detach", true],
    ] as const) {
      await cloud.simulation.settled();
      await cloud.simulation.settled();
      expect(differences(cloud), actor.log.join("\n")).toEqual([]);
      await ACTS[act]?.(actor, { a: 0, b: 1, yes });
    }
    await cloud.simulation.settled();
    expect(differences(cloud), actor.log.join("\n")).toEqual([]);
  } finally {
    await cloud.close();
  }
});

test("whichever distributed router got its way out first", async () => {
  const cloud = await testCloud();
  const { make, service, simulation } = cloud;
  const external = { "router:external": true, "provider:network_type": "flat", "provider:physical_network": "extern" };
  const { id: network_id } = await make("networks", "network", { name: "public", ...external });
  await make("subnets", "subnet", { network_id, ip_version: 4, cidr: "172.24.4.0/24", enable_dhcp: false });
  const first = await make("routers", "router", { name: "first", distributed: true });
  await make("routers", "router", { name: "second", distributed: true, external_gateway_info: { network_id } });
  await simulation.settled();
  const router = { external_gateway_info: { network_id } };
  await service.call(service.admin, "PUT", `routers/${first.id}`, { router });
  await simulation.settled();
  await simulation.settled();
  expect(differences(cloud)).toEqual([]);
  await cloud.close();
});

const change = fc.record({
  act: fc.constantFrom(...Object.keys(ACTS)),
  a: fc.nat(60),
  b: fc.nat(60),
  yes: fc.boolean(),
  /** Whether agents have heard of it before the next. */
  heard: fc.boolean(),
});

/** More of them by `RUNS=50`. */
const RUNS = 5;

test.each(["openvswitch", "linuxbridge"] as const)(
  "after any changes, with a network node of %s",
  { timeout: 300_000 },
  async (networkNode) => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 60, size: "max" }), async (changes) => {
        const cloud = await testCloud(networkNode);
        const actor = new Actor(cloud);
        try {
          await begin(actor);
          await cloud.simulation.settled();
          actor.log.length = 0;
          for (const { act, heard, ...draw } of changes) {
            await ACTS[act]?.(actor, draw);
            if (heard) await cloud.simulation.settled();
          }
          // What agents report of ports makes others look again.
          await cloud.simulation.settled();
          await cloud.simulation.settled();
          expect(differences(cloud), actor.log.join("\n")).toEqual([]);
        } finally {
          await cloud.close();
        }
      }),
      { numRuns: Number(process.env.RUNS ?? RUNS) },
    );
  },
);
