/** What a floating IP may be associated with, and by which router. Source: neutron/db/l3_db.py _get_assoc_data and what it calls. */
import { networks, type Port, ports, type Subnet } from "../core/model.ts";
import { badRequest } from "../errors.ts";
import type { Call, Change } from "../resource.ts";
import { gatewayForFloatingIpNotFound, portAlreadyAssociated } from "./errors.ts";
import { routerOf, subnetOf, visiblePort } from "./lookup.ts";
import { type FloatingIp, floatingIps, INTERFACE_OWNERS, ROUTER_GATEWAY } from "./model.ts";
import { isIpv6 } from "./subnet-math.ts";

export type Association = Pick<FloatingIp, "port_id" | "fixed_ip_address" | "router_id">;

export const NO_ASSOCIATION: Association = { port_id: null, fixed_ip_address: null, router_id: null };

/** Only those can be plugged into a switch in software. neutron_lib/plugins/utils.py can_port_be_bound_to_virtual_bridge */
const SWITCHED_VNICS = new Set(["normal", "baremetal", "virtio-forwarder", "smart-nic", "remote-managed"]);

/** @param fixed the port's address that is meant; absent: its only IPv4 one */
export async function associate(
  change: Change,
  floating: FloatingIp,
  portId: string,
  fixed: string | null | undefined,
): Promise<Association> {
  const port = await visiblePort(change, portId);
  if (port.project_id !== floating.project_id && !change.context.isAdmin)
    throw badRequest(
      "floatingip",
      `Cannot process floating IP association with Port ${port.id}, since that port is owned by a different tenant`,
    );
  if (port.device_owner === "network:dhcp")
    throw badRequest("floatingip", `Port ${port.id} is unable to be assigned a floating IP`);
  const { subnet_id, ip_address } = fixed ? namedAddress(port, fixed) : onlyAddress(port);
  const subnet = await subnetOf(change, subnet_id);
  const router = await routerFor(change, port, subnet, floating.floating_network_id);
  if (router === undefined) throw gatewayForFloatingIpNotFound(floating.floating_network_id, subnet.id, port.id);
  if ((await routerOf(change, router)).distributed && !SWITCHED_VNICS.has(port.binding.vnic_type))
    throw badRequest("floatingip", "Port VNIC type is not valid to associate a FIP in DVR mode");
  if (port.id !== floating.port_id) await checkFree(change, floating, port, ip_address);
  return { port_id: port.id, fixed_ip_address: ip_address, router_id: router };
}

function namedAddress(port: Port, address: string) {
  if (isIpv6(address))
    throw badRequest(
      "floatingip",
      `Cannot process floating IP association with ${address}, since that is not an IPv4 address`,
    );
  const found = port.fixed_ips.find((ip) => ip.ip_address === address);
  if (!found) throw badRequest("floatingip", `Port ${port.id} does not have fixed ip ${address}`);
  return found;
}

function onlyAddress(port: Port) {
  const [first, ...more] = port.fixed_ips.filter((ip) => !isIpv6(ip.ip_address));
  if (!first)
    throw badRequest("floatingip", `Cannot add floating IP to port ${port.id} that has no fixed IPv4 addresses`);
  if (more.length > 0)
    throw badRequest(
      "floatingip",
      `Port ${port.id} has multiple fixed IPv4 addresses.  Must provide a specific IPv4 address when assigning a floating IP`,
    );
  return first;
}

async function checkFree(call: Call, floating: FloatingIp, port: Port, fixed: string): Promise<void> {
  const network = floating.floating_network_id;
  if (!(await floatingIps.holder(call.reader, "association", `${port.id}/${network}/${fixed}`))) return;
  const { id, floating_ip_address: address } = floating;
  throw portAlreadyAssociated({ address, id, port: port.id, fixed, network });
}

/** The router between a port's subnet and an external network: the one that is the subnet's gateway, or else the oldest. */
export async function routerFor(
  call: Call,
  port: Port,
  subnet: Subnet,
  externalNetworkId: string,
): Promise<string | undefined> {
  if (!(await networks.get(call.reader, externalNetworkId))) return undefined;
  const interfaces = await ports.list(call.reader, {
    keys: { network_id: port.network_id, device_owner: [...INTERFACE_OWNERS], subnet_id: subnet.id },
  });
  const gateways = await ports.list(call.reader, {
    keys: {
      network_id: externalNetworkId,
      device_owner: ROUTER_GATEWAY,
      device_id: interfaces.map((one) => one.device_id),
    },
  });
  const connected = new Set(gateways.map((one) => one.device_id));
  const able = interfaces.filter((one) => connected.has(one.device_id));
  const main = able.find((one) =>
    one.fixed_ips.some((ip) => ip.subnet_id === subnet.id && ip.ip_address === subnet.gateway_ip),
  );
  return (main ?? able[0])?.device_id;
}
