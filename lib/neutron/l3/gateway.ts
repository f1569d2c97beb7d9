/**
 * Gateways of routers: a port on an external network that belongs to no project.
 * Source: neutron/db/{l3_db,l3_gwmode_db,l3_gateway_ip_qos}.py.
 */

import { type Network, type Port, ports, type Subnet } from "../core/model.ts";
import { updatePort } from "../core/ports.ts";
import { badRequest } from "../errors.ts";
import type { FixedIpRequest } from "../kind/address-lists.ts";
import type { Change } from "../resource.ts";
import { deleteAgentGateways } from "./agent-gateways.ts";
import { addMissingSnatPorts, deleteSnatPorts } from "./distributed.ts";
import { checkNewSubnets } from "./dup-subnets.ts";
import { gatewayInUseByFloatingIp } from "./errors.ts";
import type { GatewayInfo } from "./gateway-kind.ts";
import { elevated, gatewayPort, portsOfRouter, subnetsOfNetwork, visibleNetwork } from "./lookup.ts";
import { floatingIps, ROUTER_GATEWAY, type Router } from "./model.ts";
import { createOwnPort, deleteOwnPort } from "./own-ports.ts";
import { checkGatewayPolicy } from "./qos.ts";
import { countPorts, reviseRouter } from "./revise.ts";
import { checkRoutes, reachOf } from "./routes.ts";

/** Gives a router the gateway that `info` asks for; null takes it away. */
export async function setGateway(change: Change, router: Router, info: GatewayInfo | null): Promise<Router> {
  const wanted = info?.external_fixed_ips ?? [];
  const current = await gatewayPort(change, router);
  const network = info ? await checkedNetwork(change, info, wanted) : undefined;
  await checkRoutesBeyond(change, router, network);
  const enable_snat = info?.enable_snat ?? change.neutron.config.DEFAULT.enable_snat_by_default;
  const qos_policy_id = info ? await checkGatewayPolicy(change, router, info) : null;
  const changed = await reviseRouter(change, router, { enable_snat, qos_policy_id });
  if (current && network?.id === current.network_id) {
    if (!asksOthers(current, wanted)) return changed;
    await updatePort(elevated(change), current, { fixed_ips: wanted });
    return countPorts(change, changed, 1);
  }
  const without = current ? await removeGateway(change, changed, current, network === undefined) : changed;
  return network ? addGateway(change, without, network, wanted) : without;
}

async function checkedNetwork(change: Change, info: GatewayInfo, wanted: readonly FixedIpRequest[]): Promise<Network> {
  const network = await visibleNetwork(change, info.network_id);
  if (!network.external) throw badRequest("router", `Network ${network.id} is not an external network`);
  const gateways = (await subnetsOfNetwork(change, network.id)).map((subnet) => subnet.gateway_ip);
  const own = wanted.find((ip) => ip.ip_address !== undefined && gateways.includes(ip.ip_address));
  if (own) throw badRequest("router", `External IP ${own.ip_address} is the same as the gateway IP`);
  return network;
}

/** Extra routes must keep their next hops: those of the interfaces, and of the network that is to come. */
async function checkRoutesBeyond(change: Change, router: Router, network: Network | undefined): Promise<void> {
  if (!network || router.routes.length === 0) return;
  const inner = (await portsOfRouter(change, router.id)).filter((port) => port.id !== router.gw_port_id);
  const { cidrs, addresses } = await reachOf(change, inner);
  const outer: Subnet[] = await subnetsOfNetwork(change, network.id);
  const reach = { cidrs: [...cidrs, ...outer.map((subnet) => subnet.cidr)], addresses };
  await checkRoutes(change, router, router.routes, reach);
}

/** Whether a request names other subnets or addresses than the gateway has. */
function asksOthers(current: Port, wanted: readonly FixedIpRequest[]): boolean {
  if (wanted.length === 0) return false;
  const same = (name: "subnet_id" | "ip_address") => {
    const has = new Set(current.fixed_ips.map((ip) => ip[name]));
    const asked = new Set(wanted.flatMap((ip) => ip[name] ?? []));
    return has.size === asked.size && [...asked].every((one) => has.has(one));
  };
  return !same("subnet_id") || !same("ip_address");
}

async function addGateway(
  change: Change,
  router: Router,
  network: Network,
  wanted: readonly FixedIpRequest[],
): Promise<Router> {
  await checkNewSubnets(change, router, await subnetsOfNetwork(change, network.id));
  const port = await createOwnPort(change, {
    network_id: network.id,
    device_id: router.id,
    device_owner: ROUTER_GATEWAY,
    fixed_ips: wanted,
  });
  const changed = await countPorts(change, router, 1, { gw_port_id: port.id });
  if (changed.distributed) await addMissingSnatPorts(change, changed);
  return changed;
}

/** @param forGood whether no other gateway takes its place: a distributed router's SNAT ports go with it then */
export async function removeGateway(change: Change, router: Router, port: Port, forGood: boolean): Promise<Router> {
  if ((await floatingIps.count(change.reader, { keys: { router_id: router.id } })) > 0)
    throw gatewayInUseByFloatingIp(router.id, port.network_id);
  const changed = await countPorts(change, router, 0, { gw_port_id: null });
  await deleteOwnPort(change, port);
  if (router.distributed) {
    if (forGood) await deleteSnatPorts(change, router);
    const others = { network_id: port.network_id, device_owner: ROUTER_GATEWAY };
    if ((await ports.count(change.reader, { keys: others })) === 0) await deleteAgentGateways(change, port.network_id);
  }
  return changed;
}
