/** Servers, flavours and hosts as the compute API shows them, microversion 2.1. Source: nova/api/openstack/compute/views. */
import { createHash } from "node:crypto";
import type { HostUse } from "../../compute/catalog.ts";
import type { Flavor, Keypair, Server } from "../../compute/model.ts";
import type { PortView } from "../../compute/networks.ts";
import { ZONE } from "../../compute/scheduler.ts";
import { powerState, vmState } from "../../compute/servers.ts";
import type { Context } from "../../identity/context.ts";

export interface Surroundings {
  readonly ports: readonly PortView[];
  readonly networkNames: ReadonlyMap<string, string>;
  readonly groupNames: ReadonlyMap<string, string>;
  /** Floating addresses by the port's id and fixed address: `PORT/ADDRESS`. */
  readonly floating: ReadonlyMap<string, string>;
}

export function links(origin: string, what: string, id: string) {
  return [
    { rel: "self", href: `${origin}/compute/v2.1/${what}/${id}` },
    { rel: "bookmark", href: `${origin}/compute/${what}/${id}` },
  ];
}

export function bookmark(origin: string, what: string, id: string) {
  return { id, links: [{ rel: "bookmark", href: `${origin}/compute/${what}/${id}` }] };
}

export function serverView(server: Server, around: Surroundings, context: Context, origin: string) {
  const ports = around.ports.filter((port) => port.device_id === server.id);
  // Of each port its own, as Nova: a group of two ports is there twice.
  const groups = ports.flatMap((port) => port.security_groups);
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    tenant_id: server.project_id,
    user_id: server.user_id,
    metadata: server.metadata,
    hostId:
      server.host === null
        ? ""
        : createHash("sha224")
            .update(server.project_id + server.host)
            .digest("hex"),
    image: server.image_id === null ? "" : bookmark(origin, "images", server.image_id),
    flavor: bookmark(origin, "flavors", server.flavor_id),
    created: server.created_at,
    updated: server.updated_at,
    addresses: addresses(ports, around),
    accessIPv4: "",
    accessIPv6: "",
    links: links(origin, "servers", server.id),
    "OS-DCF:diskConfig": "MANUAL",
    ...(server.fault === null ? {} : { fault: { code: 500, created: server.updated_at, message: server.fault } }),
    ...(["ACTIVE", "BUILD", "REBOOT"].includes(server.status) ? { progress: 0 } : {}),
    "OS-EXT-AZ:availability_zone": server.host === null ? "" : ZONE,
    config_drive: "",
    key_name: server.key_name,
    "OS-SRV-USG:launched_at": server.launched_at && `${server.launched_at.slice(0, -1)}.000000`,
    "OS-SRV-USG:terminated_at": null,
    ...(context.isAdmin
      ? {
          "OS-EXT-SRV-ATTR:host": server.host,
          "OS-EXT-SRV-ATTR:instance_name": `instance-${server.number.toString(16).padStart(8, "0")}`,
          "OS-EXT-SRV-ATTR:hypervisor_hostname": server.host,
        }
      : {}),
    "OS-EXT-STS:task_state": server.status === "BUILD" ? "spawning" : null,
    "OS-EXT-STS:vm_state": vmState(server.status),
    "OS-EXT-STS:power_state": powerState(server.status),
    "os-extended-volumes:volumes_attached": [],
    ...(groups.length === 0
      ? {}
      : { security_groups: groups.map((id) => ({ name: around.groupNames.get(id) ?? id })) }),
  };
}

/** By the network's name, fixed ones and the floating ones behind them. nova/api/openstack/compute/views/addresses.py */
export function addresses(ports: readonly PortView[], around: Surroundings) {
  const networks: Record<
    string,
    { version: number; addr: string; "OS-EXT-IPS:type": string; "OS-EXT-IPS-MAC:mac_addr": string }[]
  > = {};
  for (const port of ports) {
    const name = around.networkNames.get(port.network_id) ?? port.network_id;
    networks[name] ??= [];
    for (const { ip_address } of port.fixed_ips) {
      const mac = { "OS-EXT-IPS-MAC:mac_addr": port.mac_address };
      networks[name].push({
        version: ip_address.includes(":") ? 6 : 4,
        addr: ip_address,
        "OS-EXT-IPS:type": "fixed",
        ...mac,
      });
      const floating = around.floating.get(`${port.id}/${ip_address}`);
      if (floating !== undefined)
        networks[name].push({ version: 4, addr: floating, "OS-EXT-IPS:type": "floating", ...mac });
    }
  }
  return networks;
}

export function flavorView(flavor: Flavor, origin: string) {
  return {
    id: flavor.id,
    name: flavor.name,
    ram: flavor.ram,
    disk: flavor.disk,
    swap: flavor.swap === 0 ? "" : flavor.swap,
    "OS-FLV-EXT-DATA:ephemeral": flavor.ephemeral,
    "OS-FLV-DISABLED:disabled": false,
    vcpus: flavor.vcpus,
    "os-flavor-access:is_public": flavor.is_public,
    rxtx_factor: 1.0,
    links: links(origin, "flavors", flavor.id),
  };
}

export function hypervisorView(use: HostUse) {
  const { host } = use;
  return {
    id: host.number,
    hypervisor_hostname: host.host,
    state: "up",
    status: host.enabled ? "enabled" : "disabled",
    hypervisor_type: "underlay",
    hypervisor_version: 1000,
    host_ip: host.host_ip,
    service: { id: host.number, host: host.host, disabled_reason: host.disabled_reason },
    vcpus: host.vcpus,
    memory_mb: host.memory_mb,
    local_gb: host.local_gb,
    vcpus_used: use.vcpus,
    memory_mb_used: use.ram,
    local_gb_used: use.disk,
    free_ram_mb: host.memory_mb - use.ram,
    free_disk_gb: host.local_gb - use.disk,
    current_workload: 0,
    running_vms: use.servers,
    disk_available_least: host.local_gb - use.disk,
    cpu_info: "{}",
  };
}

/** What a host has, what is used of it, and what its servers may use at most. nova/api/openstack/compute/hosts.py */
export function hostView({ host, vcpus, ram, disk }: HostUse) {
  const row = (project: string, cpu: number, memory_mb: number, disk_gb: number) => ({
    host: host.host,
    project,
    cpu,
    memory_mb,
    disk_gb,
  });
  return [
    row("(total)", host.vcpus, host.memory_mb, host.local_gb),
    row("(used_now)", vcpus, ram, disk),
    row("(used_max)", vcpus, ram, disk),
  ];
}

export function keypairView(pair: Keypair) {
  return { name: pair.name, public_key: pair.public_key, fingerprint: pair.fingerprint };
}

export function interfaceView(port: PortView) {
  return {
    net_id: port.network_id,
    port_id: port.id,
    mac_addr: port.mac_address,
    port_state: port.status,
    fixed_ips: port.fixed_ips,
  };
}
