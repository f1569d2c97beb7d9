/**
 * What a new cloud begins with, so that there is something to look at: two VXLAN networks on a router with a floating IP, a
 * VLAN network that reaches the Linux bridge host too, a server that answers no ping, and a distributed router with a network of its own.
 */
import { Objects, type Place } from "./objects.ts";

const GUESTS = [
  ["cirros-vm1", "vxlan10", "compute1", "default"],
  ["cirros-vm2", "vxlan10", "compute2", "default"],
  ["cirros-vm3", "vxlan11", "compute2", "default"],
  ["cirros-vm4", "vxlan10", "compute1", "default"],
  ["cirros-vm5", "vxlan10", "compute1", "noicmp"],
  ["vlan-vm1", "vlan1000", "compute1", "default"],
  ["vlan-vm2", "vlan1000", "compute2", "default"],
  ["vlan-vm3", "vlan1000", "compute3", "default"],
  ["dvr-vm1", "vxlan20", "compute1", "default"],
  ["dvr-vm2", "vxlan20", "compute2", "default"],
] as const;

const NETWORKS = [
  ["vxlan10", "172.16.10.0/24", { "provider:network_type": "vxlan", "provider:segmentation_id": 10 }],
  ["vxlan11", "172.16.11.0/24", { "provider:network_type": "vxlan", "provider:segmentation_id": 11 }],
  ["vxlan20", "172.16.20.0/24", { "provider:network_type": "vxlan", "provider:segmentation_id": 20 }],
  [
    "vlan1000",
    "172.16.100.0/24",
    {
      "provider:network_type": "vlan",
      "provider:physical_network": "physnet1",
      "provider:segmentation_id": 1000,
    },
  ],
] as const;

/** The router outside, which is also the guests' name server. */
const OUTSIDE = "172.24.4.1";

/** Takes what an earlier, unfinished run has made. @param admin at work in his own project; @param demo in project demo */
export async function tellStory(admin: Place, demo: Place): Promise<void> {
  const external = await externalNetwork(new Objects(admin));
  const objects = new Objects(demo);
  const groups = await securityGroups(objects);
  const networks = new Map<string, { network: string; subnet: string }>();
  for (const [name, cidr, provider] of NETWORKS) {
    const network = await objects.ensure("network", name, provider);
    const values = { network_id: network, ip_version: 4, cidr, dns_nameservers: [OUTSIDE] };
    networks.set(name, { network, subnet: await objects.ensure("subnet", `${name}_subnet`, values) });
  }
  const of = (name: string) => networks.get(name) ?? { network: "", subnet: "" };

  const ports = new Map<string, string>();
  for (const [name, network, host, group] of GUESTS)
    ports.set(name, await objects.server(name, { network: of(network).network, host, group: groups[group] }));

  const gateway = { external_gateway_info: { network_id: external } };
  const central = await objects.ensure("router", "router10_11", { ...gateway, distributed: false });
  await objects.attach(central, of("vxlan10").subnet);
  await objects.attach(central, of("vxlan11").subnet);
  await objects.floatingIp(external, ports.get("cirros-vm1") ?? "");

  const distributed = await objects.ensure("router", "router20", { ...gateway, distributed: true });
  await objects.attach(distributed, of("vxlan20").subnet);
  await objects.floatingIp(external, ports.get("dvr-vm1") ?? "");
}

async function externalNetwork(objects: Objects): Promise<string> {
  const network = await objects.ensure("network", "extern_net", {
    "router:external": true,
    "provider:network_type": "flat",
    "provider:physical_network": "extern",
  });
  await objects.ensure("subnet", "extern_subnet", {
    network_id: network,
    ip_version: 4,
    cidr: "172.24.4.0/24",
    gateway_ip: OUTSIDE,
    enable_dhcp: false,
    allocation_pools: [{ start: "172.24.4.10", end: "172.24.4.200" }],
  });
  return network;
}

async function securityGroups(objects: Objects): Promise<{ default: string; noicmp: string }> {
  const noicmp = await objects.ensure("security_group", "noicmp", { description: "ssh only" });
  const standard = await objects.ensure("security_group", "default", {});
  await objects.admit(standard, { protocol: "icmp" });
  await objects.admit(standard, { protocol: "tcp", port: 22 });
  await objects.admit(noicmp, { protocol: "tcp", port: 22 });
  return { default: standard, noicmp };
}
