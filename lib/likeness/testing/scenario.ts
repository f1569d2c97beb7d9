/**
 * What was made in the recorded clouds, in the order in which it was made there, now in the embedded cloud through its REST
 * API. Addresses that Neutron draws are asked for as they were drawn there, where the API takes such a wish.
 */
import type { CloudApi } from "../../api/neutron.ts";
import type { EmbeddedCloud } from "../../embedded.ts";
import { Client, type Json } from "./client.ts";

const NETWORKS = [
  ["vxlan10", "172.16.10.0/24", { "provider:network_type": "vxlan", "provider:segmentation_id": 10 }],
  ["vxlan11", "172.16.11.0/24", { "provider:network_type": "vxlan", "provider:segmentation_id": 11 }],
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

const GUESTS = [
  ["cirros-vm1", "vxlan10", "compute1", "default"],
  ["cirros-vm2", "vxlan10", "compute2", "default"],
  ["cirros-vm3", "vxlan11", "compute2", "default"],
  ["cirros-vm4", "vxlan10", "compute1", "default"],
  ["cirros-vm5", "vxlan10", "compute1", "noicmp"],
  ["vlan-vm1", "vlan1000", "compute1", "default"],
  ["vlan-vm2", "vlan1000", "compute2", "default"],
] as const;

/** @param recorded whose addresses are wished for @returns to go on with: it has no router yet */
export async function buildScenario(cloud: EmbeddedCloud, recorded: CloudApi): Promise<Scenario> {
  const scenario = new Scenario(await Client.login(cloud, "admin"), await Client.login(cloud, "demo"), recorded);
  await scenario.networks();
  await scenario.guests();
  return scenario;
}

export class Scenario {
  private readonly admin: Client;
  private readonly demo: Client;
  private readonly recorded: CloudApi;
  private readonly networkIds = new Map<string, string>();
  private readonly subnetIds = new Map<string, string>();
  private readonly portIds = new Map<string, string>();

  constructor(admin: Client, demo: Client, recorded: CloudApi) {
    this.admin = admin;
    this.demo = demo;
    this.recorded = recorded;
  }

  async networks(): Promise<void> {
    const flat = { "provider:network_type": "flat", "provider:physical_network": "extern" };
    await this.network(
      this.admin,
      "extern_net",
      "extern_subnet",
      { "router:external": true, ...flat },
      {
        cidr: "172.24.4.0/24",
        gateway_ip: "172.24.4.1",
        enable_dhcp: false,
        allocation_pools: [{ start: "172.24.4.10", end: "172.24.4.200" }],
      },
    );
    for (const [name, cidr, provider] of NETWORKS)
      await this.network(this.demo, name, `${name}_subnet`, provider, { cidr, dns_nameservers: ["172.24.4.1"] });
  }

  private async network(client: Client, name: string, subnetName: string, network: Json, subnet: Json): Promise<void> {
    const { id } = await client.create("network", { name, ...network });
    this.networkIds.set(name, id);
    const values = { name: subnetName, network_id: id, ip_version: 4, ...subnet };
    this.subnetIds.set(name, (await client.create("subnet", values)).id);
  }

  async guests(): Promise<void> {
    const groups = await this.groups();
    const [image] = (await this.demo.call("image", "GET", "v2/images?name=cirros")).images;
    const { flavors } = await this.demo.call("compute", "GET", "v2.1/flavors");
    const flavor = flavors.find((one: Json) => one.name === "m1.nano");
    for (const [name, network, host, group] of GUESTS) {
      const port = await this.demo.create("port", {
        name,
        network_id: this.networkIds.get(network),
        security_groups: [groups[group]],
        fixed_ips: this.drawn((one) => one.name === name),
      });
      this.portIds.set(name, port.id);
      const place = { availability_zone: `nova:${host}`, networks: [{ port: port.id }] };
      const server = { name, flavorRef: flavor.id, imageRef: image.id, ...place };
      await this.demo.call("compute", "POST", "v2.1/servers", { server });
    }
  }

  private async groups(): Promise<{ default: string; noicmp: string }> {
    const { security_groups: own } = await this.demo.call("networking", "GET", "v2.0/security-groups?name=default");
    const project = await this.demo.create("security_group", { name: "noicmp", description: "ssh only" });
    const standard = own.find((one: Json) => one.project_id === project.project_id).id;
    const ssh = { protocol: "tcp", port_range_min: 22, port_range_max: 22 };
    for (const [group, rule] of [
      [standard, { protocol: "icmp" }],
      [standard, ssh],
      [project.id, ssh],
    ] as const)
      await this.demo.create("security_group_rule", {
        security_group_id: group,
        direction: "ingress",
        ethertype: "IPv4",
        ...rule,
      });
    return { default: standard, noicmp: project.id };
  }

  async router(distributed: boolean): Promise<void> {
    const { id } = await this.demo.create("router", { name: "router10_11", distributed });
    const external = this.networkIds.get("extern_net");
    const gateway = this.drawn((one) => one.device_owner === "network:router_gateway");
    await this.demo.call("networking", "PUT", `v2.0/routers/${id}`, {
      router: { external_gateway_info: { network_id: external, external_fixed_ips: gateway } },
    });
    for (const name of ["vxlan10", "vxlan11"])
      await this.demo.call("networking", "PUT", `v2.0/routers/${id}/add_router_interface`, {
        subnet_id: this.subnetIds.get(name),
      });
    await this.demo.create("floatingip", {
      floating_network_id: external,
      port_id: this.portIds.get("cirros-vm1"),
      floating_ip_address: this.recorded.floatingIps[0]?.floating_ip_address,
    });
  }

  /** The addresses that a port drew in the recorded cloud. */
  private drawn(which: (port: CloudApi["ports"][number]) => boolean): { ip_address: string }[] {
    return (this.recorded.ports.find(which)?.fixed_ips ?? []).map(({ ip_address }) => ({ ip_address }));
  }
}
