/**
 * A cloud as Neutron's Linux bridge and L3 agents leave it, made by hand: networks `blue` (VXLAN, l2population), `green`
 * (VXLAN, multicast, smaller MTU) and `extern` (flat), a router on compute1, and a machine outside the cloud.
 */
import { LabCloud } from "./lab-cloud.ts";

const id = (short: string) => `${short.padEnd(8, "0")}-0000-4000-8000-000000000000`;
const tap = (port: string) => `tap${id(port).slice(0, 11)}`;
export const bridgeOf = (network: string) => `brq${id(network).slice(0, 11)}`;
const ROUTER = id("40");
export const ROUTER_PLACE = `qrouter-${ROUTER}`;
export const ROUTER_ON = `compute1:${ROUTER_PLACE}`;

interface Net {
  short: string;
  name: string;
  cidr: string;
  gateway: string;
  mtu: number;
  provider: { type: string; segment: number | null; physnet: string | null };
  hostRoutes?: { destination: string; nexthop: string }[];
}

export const BLUE: Net = {
  short: "b1",
  name: "blue",
  cidr: "10.1.0.0/24",
  gateway: "10.1.0.1",
  mtu: 1450,
  provider: { type: "vxlan", segment: 10, physnet: null },
};
export const GREEN: Net = {
  short: "c1",
  name: "green",
  cidr: "10.2.0.0/24",
  gateway: "10.2.0.1",
  mtu: 1400,
  provider: { type: "vxlan", segment: 20, physnet: null },
};
const EXTERN: Net = {
  short: "e1",
  name: "extern",
  cidr: "172.24.4.0/24",
  gateway: "172.24.4.1",
  mtu: 1500,
  provider: { type: "flat", segment: null, physnet: "extern" },
  hostRoutes: [{ destination: "192.168.77.0/24", nexthop: "172.24.4.1" }],
};
const NETS = [BLUE, GREEN, EXTERN];

interface Vm {
  port: string;
  net: Net;
  host: string;
  address: string;
}

/** Blocked: its security group lets no ICMP in. */
const VMS: Record<string, Vm> = {
  blue1: { port: "b11", net: BLUE, host: "compute1", address: "10.1.0.11" },
  blue2: { port: "b12", net: BLUE, host: "compute2", address: "10.1.0.12" },
  blue3: { port: "b13", net: BLUE, host: "compute1", address: "10.1.0.13" },
  blocked: { port: "b14", net: BLUE, host: "compute1", address: "10.1.0.14" },
  green1: { port: "c11", net: GREEN, host: "compute1", address: "10.2.0.11" },
  green2: { port: "c12", net: GREEN, host: "compute2", address: "10.2.0.12" },
  flat1: { port: "e11", net: EXTERN, host: "compute1", address: "172.24.4.11" },
  flat2: { port: "e12", net: EXTERN, host: "compute2", address: "172.24.4.12" },
};
const macOf = (vm: Vm) => `fa:16:3e:00:${vm.port.slice(0, 1)}0:${vm.port.slice(1)}`;

const ROUTER_PORTS = [
  { port: "b01", net: BLUE, dev: "qr", address: BLUE.gateway, mac: "fa:16:3e:00:b0:01" },
  { port: "c01", net: GREEN, dev: "qr", address: GREEN.gateway, mac: "fa:16:3e:00:c0:01" },
  { port: "e02", net: EXTERN, dev: "qg", address: "172.24.4.2", mac: "fa:16:3e:00:e0:02" },
];
const routerDevice = (p: (typeof ROUTER_PORTS)[number]) => `${p.dev}-${id(p.port).slice(0, 11)}`;
export const FLOATING_IP = "172.24.4.100";
const UNDERLAY: Record<string, string> = { compute1: "10.0.44.31", compute2: "10.0.44.32" };
const HOSTS = Object.keys(UNDERLAY);

export async function linuxbridgeCloud(): Promise<LabCloud> {
  const lab = new LabCloud();
  try {
    await build(lab);
    return lab;
  } catch (error) {
    lab.dispose();
    throw error;
  }
}

async function build(lab: LabCloud): Promise<void> {
  lab.wire("under");
  lab.wire("extern");
  for (const [i, host] of HOSTS.entries()) {
    lab.host(host);
    lab.nic(host, "eth0", `02:00:00:00:44:3${i + 1}`, "under");
    lab.nic(host, "eth1", `02:00:00:00:04:3${i + 1}`, "extern");
    lab.ip(host, `addr add ${UNDERLAY[host]}/24 dev eth0`);
  }
  lab.host("outside");
  lab.nic("outside", "eth0", "02:00:00:00:04:01", "extern");
  lab.ip("outside", "addr add 172.24.4.1/24 dev eth0", "addr add 172.24.4.9/24 dev eth0");
  for (const [name, vm] of Object.entries(VMS))
    lab.guest(name, {
      host: vm.host,
      tap: tap(vm.port),
      mac: macOf(vm),
      address: `${vm.address}/24`,
      mtu: vm.net.mtu,
      gateway: vm.net.gateway,
      routes: (vm.net.hostRoutes ?? []).map((r) => `${r.destination} via ${r.nexthop}`),
    });
  lab.inner("compute1", ROUTER_PLACE);
  for (const name of ["first", "second", "mv1", "mv2"]) lab.inner("outside", name);
  await lab.start();
  for (const host of HOSTS) bridges(lab, host);
  router(lab);
  inside(lab);
  for (const host of HOSTS) lab.run(host, "iptables-restore", [], securityGroups(host));
  lab.calm();
}

/** As linuxbridge_neutron_agent.py makes them (ensure_vxlan_bridge, ensure_flat_bridge, add_fdb_flooding_entry). */
function bridges(lab: LabCloud, host: string): void {
  const local = UNDERLAY[host];
  const peer = HOSTS.find((h) => h !== host) ?? "";
  lab.ip(
    host,
    ...NETS.map((n) => `link add ${bridgeOf(n.short)} type bridge forward_delay 0 stp_state 0 mcast_snooping 0`),
    `link add vxlan-10 type vxlan id 10 dev eth0 local ${local} dstport 8472`,
    `link add vxlan-20 type vxlan id 20 dev eth0 local ${local} group 239.1.1.20 dstport 8472 ttl 1`,
    `link set vxlan-10 master ${bridgeOf("b1")} mtu 1450 up`,
    `link set vxlan-20 master ${bridgeOf("c1")} mtu 1450 up`,
    `link set eth1 master ${bridgeOf("e1")}`,
    ...Object.values(VMS)
      .filter((v) => v.host === host)
      .map((v) => `link set ${tap(v.port)} master ${bridgeOf(v.net.short)}`),
    ...NETS.map((n) => `link set ${bridgeOf(n.short)} up`),
  );
  const remote = Object.values(VMS).filter((v) => v.host === peer && v.net === BLUE);
  const macs = ["00:00:00:00:00:00", ...remote.map(macOf)];
  if (peer === "compute1") macs.push("fa:16:3e:00:b0:01");
  for (const mac of macs)
    lab.run(host, "bridge", ["fdb", "append", mac, "dev", "vxlan-10", "dst", UNDERLAY[peer] ?? ""]);
}

/** As the L3 agent's BridgeInterfaceDriver plugs it, and with its rules. */
function router(lab: LabCloud): void {
  lab.sysctl(ROUTER_ON, "net.ipv4.ip_forward", "1");
  for (const p of ROUTER_PORTS) {
    const device = routerDevice(p);
    lab.ip(
      "compute1",
      `link add ${tap(p.port)} type veth peer name ${device} netns ${lab.netns(ROUTER_ON)} address ${p.mac}`,
      `link set ${tap(p.port)} mtu ${p.net.mtu} master ${bridgeOf(p.net.short)} up`,
    );
    lab.ip(ROUTER_ON, `link set ${device} mtu ${p.net.mtu} up`, `addr add ${p.address}/24 brd + dev ${device}`);
  }
  const [, , gateway] = ROUTER_PORTS.map(routerDevice);
  lab.ip(ROUTER_ON, `addr add ${FLOATING_IP}/32 dev ${gateway}`, `route add default via 172.24.4.1 dev ${gateway}`);
  lab.run(ROUTER_ON, "iptables-restore", [], routerRules(gateway ?? ""));
  lab.run(
    ROUTER_ON,
    "ip6tables-restore",
    [],
    "*filter\n:neutron-l3-agent-FORWARD - [0:0]\n-A FORWARD -j neutron-l3-agent-FORWARD\nCOMMIT\n",
  );
}

function routerRules(gateway: string): string {
  const own = "neutron-l3-agent";
  return `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:${own}-OUTPUT - [0:0]
:${own}-POSTROUTING - [0:0]
:${own}-PREROUTING - [0:0]
:${own}-float-snat - [0:0]
:${own}-snat - [0:0]
:neutron-postrouting-bottom - [0:0]
-A PREROUTING -j ${own}-PREROUTING
-A OUTPUT -j ${own}-OUTPUT
-A POSTROUTING -j ${own}-POSTROUTING
-A POSTROUTING -j neutron-postrouting-bottom
-A ${own}-OUTPUT -d ${FLOATING_IP}/32 -j DNAT --to-destination 10.1.0.11
-A ${own}-POSTROUTING ! -o ${gateway} -m conntrack ! --ctstate DNAT -j ACCEPT
-A ${own}-PREROUTING -d ${FLOATING_IP}/32 -j DNAT --to-destination 10.1.0.11
-A ${own}-float-snat -s 10.1.0.11/32 -j SNAT --to-source ${FLOATING_IP} --random-fully
-A ${own}-snat -j ${own}-float-snat
-A ${own}-snat -o ${gateway} -j SNAT --to-source 172.24.4.2 --random-fully
-A ${own}-snat -m mark ! --mark 0x2/0xffff -m conntrack --ctstate DNAT -j SNAT --to-source 172.24.4.2 --random-fully
-A neutron-postrouting-bottom -m comment --comment "Perform source NAT on outgoing traffic." -j ${own}-snat
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:${own}-mark - [0:0]
-A PREROUTING -j ${own}-mark
-A ${own}-mark -i ${gateway} -j MARK --set-xmark 0x2/0xffff
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:${own}-FORWARD - [0:0]
-A FORWARD -j ${own}-FORWARD
-A ${own}-FORWARD -d 10.2.0.99/32 -j REJECT --reject-with icmp-admin-prohibited
COMMIT
`;
}

/** Namespaces of the machine outside, one behind the other, and a macvlan device on a compute host's card. */
function inside(lab: LabCloud): void {
  lab.ip(
    "outside",
    `link add to-first type veth peer name upper netns ${lab.netns("outside:first")} address 02:00:00:00:77:02`,
    "link set to-first address 02:00:00:00:77:01 up",
    "addr add 192.168.77.1/30 dev to-first",
    "route add 192.168.77.0/24 via 192.168.77.2",
  );
  lab.ip(
    "outside:first",
    `link add lower type veth peer name upper netns ${lab.netns("outside:second")} address 02:00:00:00:77:06`,
    "link set upper up",
    "link set lower address 02:00:00:00:77:05 up",
    "addr add 192.168.77.2/30 dev upper",
    "addr add 192.168.77.5/30 dev lower",
    "route add default via 192.168.77.1",
  );
  lab.ip(
    "outside:second",
    "link set upper up",
    "addr add 192.168.77.6/30 dev upper",
    "route add default via 192.168.77.5",
  );
  for (const place of ["outside", "outside:first"]) lab.sysctl(place, "net.ipv4.ip_forward", "1");
  for (const [i, name] of ["mv1", "mv2"].entries()) {
    lab.ip(
      "outside",
      `link add link eth0 name ${name} netns ${lab.netns(`outside:${name}`)} address 02:00:00:00:04:5${i + 1} type macvlan mode bridge`,
    );
    lab.ip(`outside:${name}`, `addr add 172.24.4.5${i + 1}/24 dev ${name}`, `link set ${name} up`);
  }
}

/** As the iptables firewall driver of the Linux bridge agent writes them (iptables_firewall.py). */
function securityGroups(host: string): string {
  const own = "neutron-linuxbri";
  const ports = Object.entries(VMS).filter(([, v]) => v.host === host);
  const chain = (way: string, v: Vm) => `${own}-${way}${id(v.port).slice(0, 10)}`;
  const lines = ["*raw", ":PREROUTING ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]", `:${own}-PREROUTING - [0:0]`];
  lines.push(`-A PREROUTING -j ${own}-PREROUTING`);
  // A zone for each network: CONNTRACK_ZONE_PER_PORT is the hybrid driver's alone.
  for (const [, v] of ports)
    for (const from of [`-i ${bridgeOf(v.net.short)}`, `-m physdev --physdev-in ${tap(v.port)}`])
      lines.push(`-A ${own}-PREROUTING ${from} -j CT --zone ${4097 + NETS.indexOf(v.net)}`);
  lines.push("COMMIT", "*filter", ":INPUT ACCEPT [0:0]", ":FORWARD ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]");
  for (const name of ["FORWARD", "INPUT", "sg-chain", "sg-fallback"]) lines.push(`:${own}-${name} - [0:0]`);
  for (const [, v] of ports) for (const way of ["i", "o", "s"]) lines.push(`:${chain(way, v)} - [0:0]`);
  lines.push(`-A INPUT -j ${own}-INPUT`, `-A FORWARD -j ${own}-FORWARD`);
  for (const [, v] of ports) {
    const [i, o, s] = ["i", "o", "s"].map((way) => chain(way, v));
    const out = `-m physdev --physdev-out ${tap(v.port)} --physdev-is-bridged`;
    const into = `-m physdev --physdev-in ${tap(v.port)} --physdev-is-bridged`;
    lines.push(
      `-A ${own}-FORWARD ${out} -j ${own}-sg-chain`,
      `-A ${own}-FORWARD ${into} -j ${own}-sg-chain`,
      `-A ${own}-sg-chain ${out} -j ${i}`,
      `-A ${own}-sg-chain ${into} -j ${o}`,
      `-A ${own}-INPUT ${into} -j ${o}`,
      `-A ${i} -m state --state RELATED,ESTABLISHED -j RETURN`,
      ...(v === VMS.blocked ? [] : [`-A ${i} -p icmp -j RETURN`]),
      `-A ${i} -p tcp -m tcp --dport 22 -j RETURN`,
      `-A ${i} -m state --state INVALID -j DROP`,
      `-A ${i} -j ${own}-sg-fallback`,
      `-A ${s} -s ${v.address}/32 -m mac --mac-source ${macOf(v)} -j RETURN`,
      `-A ${s} -j DROP`,
      `-A ${o} -p udp -m udp --sport 68 --dport 67 -j RETURN`,
      `-A ${o} -j ${s}`,
      `-A ${o} -m state --state RELATED,ESTABLISHED -j RETURN`,
      `-A ${o} -j RETURN`,
      `-A ${o} -m state --state INVALID -j DROP`,
      `-A ${o} -j ${own}-sg-fallback`,
    );
  }
  lines.push(`-A ${own}-sg-chain -j ACCEPT`, `-A ${own}-sg-fallback -j DROP`, "COMMIT");
  return `${lines.join("\n")}\n`;
}

const PROJECT = id("9");

/** What Neutron would answer of it. */
export function linuxbridgeApi(): Record<string, unknown> {
  const common = { project_id: PROJECT, admin_state_up: true, status: "ACTIVE" };
  const port = (short: string, net: Net, mac: string, addresses: string[], more: Record<string, unknown>) => ({
    ...common,
    id: id(short),
    name: "",
    network_id: id(net.short),
    mac_address: mac,
    fixed_ips: addresses.map((ip_address) => ({ subnet_id: id(`${net.short}5`), ip_address })),
    security_groups: [],
    allowed_address_pairs: [],
    port_security_enabled: true,
    "binding:vif_type": "bridge",
    "binding:vnic_type": "normal",
    ...more,
  });
  return {
    "networks.json": {
      networks: NETS.map((n) => ({
        ...common,
        id: id(n.short),
        name: n.name,
        mtu: n.mtu,
        shared: false,
        subnets: [id(`${n.short}5`)],
        "router:external": n === EXTERN,
        port_security_enabled: true,
        "provider:network_type": n.provider.type,
        "provider:physical_network": n.provider.physnet,
        "provider:segmentation_id": n.provider.segment,
      })),
    },
    "subnets.json": {
      subnets: NETS.map((n) => ({
        project_id: PROJECT,
        id: id(`${n.short}5`),
        name: n.name,
        network_id: id(n.short),
        cidr: n.cidr,
        ip_version: 4,
        gateway_ip: n.gateway,
        enable_dhcp: false,
        dns_nameservers: [],
        host_routes: n.hostRoutes ?? [],
        allocation_pools: [],
      })),
    },
    "ports.json": {
      ports: [
        ...Object.values(VMS).map((v) =>
          port(v.port, v.net, macOf(v), [v.address], {
            device_id: id(`5${v.port}`),
            device_owner: "compute:nova",
            "binding:host_id": v.host,
          }),
        ),
        ...ROUTER_PORTS.map((p) =>
          port(p.port, p.net, p.mac, [p.address], {
            device_id: ROUTER,
            device_owner: p.dev === "qg" ? "network:router_gateway" : "network:router_interface",
            "binding:host_id": "compute1",
          }),
        ),
      ],
    },
    "routers.json": {
      routers: [
        {
          ...common,
          id: ROUTER,
          name: "router",
          routes: [],
          external_gateway_info: {
            network_id: id(EXTERN.short),
            enable_snat: true,
            external_fixed_ips: [{ subnet_id: id("e15"), ip_address: "172.24.4.2" }],
          },
        },
      ],
    },
    "floatingips.json": {
      floatingips: [
        {
          id: id("f1"),
          project_id: PROJECT,
          status: "ACTIVE",
          floating_ip_address: FLOATING_IP,
          floating_network_id: id(EXTERN.short),
          fixed_ip_address: "10.1.0.11",
          port_id: id("b11"),
          router_id: ROUTER,
        },
      ],
    },
    "security-groups.json": { security_groups: [] },
    "agents.json": {
      agents: HOSTS.map((host, i) => ({
        id: id(`a${i}`),
        agent_type: "Linux bridge agent",
        binary: "neutron-linuxbridge-agent",
        host,
        alive: true,
        admin_state_up: true,
        configurations: { interface_mappings: { extern: "eth1" }, bridge_mappings: {}, l2_population: true },
      })),
    },
    "nova-servers-detail.json": {
      servers: Object.entries(VMS).map(([name, v]) => ({
        id: id(`5${v.port}`),
        name,
        status: "ACTIVE",
        tenant_id: PROJECT,
      })),
    },
    "keystone-projects.json": { projects: [{ id: PROJECT, name: "demo" }] },
  };
}
