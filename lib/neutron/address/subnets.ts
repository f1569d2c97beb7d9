/** What happens when subnets are created, changed and deleted. Source: neutron/db/db_base_plugin_v2.py, neutron/plugins/ml2/plugin.py. */
import { canonicalIp } from "../../net/address.ts";
import { undoCreated } from "../core/created.ts";
import { type Network, networks, ports, type Subnet, subnets } from "../core/model.ts";
import { conflict, notFound } from "../errors.ts";
import { notify } from "../hooks.ts";
import type { HostRoute } from "../kind/address-lists.ts";
import { sharedIds } from "../rbac/shared.ts";
import type { Call, Change } from "../resource.ts";
import { save, standard } from "../standard.ts";
import { checkedPools, checkGatewayOutside, poolRange } from "./allocation-pools.ts";
import { forgotten } from "./free-addresses.ts";
import { AUTO_DELETE_PORT_OWNERS, isAutoAddress, ROUTER_INTERFACE_OWNERS } from "./modes.ts";
import { giveAutomaticAddresses, takeAddresses } from "./port-addresses.ts";
import { checkNeighbours } from "./subnet-affinity.ts";
import type { SubnetChanges, SubnetValues } from "./subnet-attributes.ts";
import { checkSubnet } from "./subnet-checks.ts";
import { placeSubnet } from "./subnet-place.ts";

export async function createSubnet(change: Change, values: SubnetValues): Promise<Subnet> {
  const { cidr, gateway_ip, allocation_pools, pool } = await placeSubnet(change, values);
  const network = await networkOfSubnet(change, values.network_id);
  await checkNeighbours(change, network, cidr, values.ip_version, pool);
  const modes = values.ip_version === 6 && values.enable_dhcp;
  const subnet = await subnets.insert(change.tx, {
    ...standard(change, values),
    name: values.name,
    network_id: network.id,
    ip_version: values.ip_version === 6 ? 6 : 4,
    cidr,
    gateway_ip,
    enable_dhcp: values.enable_dhcp,
    allocation_pools,
    dns_nameservers: (values.dns_nameservers ?? []).map(canonical),
    host_routes: (values.host_routes ?? []).map(canonicalRoute),
    ipv6_ra_mode: (modes && values.ipv6_ra_mode) || null,
    ipv6_address_mode: (modes && values.ipv6_address_mode) || null,
    subnetpool_id: pool?.id ?? null,
    service_types: [...new Set(values.service_types ?? [])],
    segment_id: null,
  });
  await save(change, networks, network, { subnets: [...network.subnets, subnet.id] });
  await giveAutomaticAddresses(change, subnet);
  await notify(change, "subnetCreated", subnet);
  const { mechanisms } = change.neutron;
  await mechanisms.precommit("createSubnet", change, { current: subnet });
  const undo = undoCreated(change, async (undoing) => {
    const made = await subnets.get(undoing.tx, subnet.id);
    if (made) await deleteSubnet(undoing, made);
  });
  change.tx.afterCommit(() => mechanisms.postcommit("createSubnet", outside(change), { current: subnet }, undo));
  return subnet;
}

export async function updateSubnet(change: Change, row: Subnet, values: SubnetChanges): Promise<Subnet> {
  checkSubnet(change, { ...values, id: row.id, ip_version: row.ip_version, cidr: row.cidr }, row);
  if (typeof values.gateway_ip === "string" && values.gateway_ip !== row.gateway_ip)
    await checkGatewayFree(change, row);
  const gateway = values.gateway_ip === undefined ? row.gateway_ip : values.gateway_ip;
  const pools = values.allocation_pools && checkedPools(values.allocation_pools, row.cidr, gateway);
  if (!pools && gateway !== null && gateway !== row.gateway_ip)
    checkGatewayOutside(gateway, row.allocation_pools.map(poolRange));
  const subnet = await save(change, subnets, row, {
    ...(values.name !== undefined && { name: values.name }),
    ...(values.description !== undefined && { description: values.description }),
    ...(values.enable_dhcp !== undefined && { enable_dhcp: values.enable_dhcp }),
    ...(values.service_types && { service_types: [...new Set(values.service_types)] }),
    ...(values.dns_nameservers && { dns_nameservers: values.dns_nameservers.map(canonical) }),
    ...(values.host_routes && { host_routes: values.host_routes.map(canonicalRoute) }),
    ...(pools && { allocation_pools: pools }),
    gateway_ip: gateway,
  });
  if (pools) forgotten(change, row.id);
  const network = await networks.get(change.tx, row.network_id);
  if (network) await save(change, networks, network);
  await notify(change, "subnetUpdated", row, subnet);
  const { mechanisms } = change.neutron;
  const context = { current: subnet, original: row };
  await mechanisms.precommit("updateSubnet", change, context);
  change.tx.afterCommit(() => mechanisms.postcommit("updateSubnet", outside(change), context));
  return subnet;
}

export async function deleteSubnet(change: Change, row: Subnet): Promise<void> {
  await notify(change, "subnetDeleting", row);
  const using = await ports.list(change.tx, { keys: { subnet_id: row.id } });
  // What the service put there goes by itself, and so do addresses that hosts made of the prefix; routers' never do.
  const stays = using.some(({ device_owner: owner }) =>
    isAutoAddress(row) ? ROUTER_INTERFACE_OWNERS.includes(owner) : !AUTO_DELETE_PORT_OWNERS.includes(owner),
  );
  if (stays) throw subnetInUse(row.id);
  await takeAddresses(change, row);
  const { mechanisms } = change.neutron;
  await mechanisms.precommit("deleteSubnet", change, { current: row });
  await subnets.remove(change.tx, row.id);
  const network = await networks.get(change.tx, row.network_id);
  if (network) await save(change, networks, network, { subnets: network.subnets.filter((id) => id !== row.id) });
  change.tx.afterCommit(() => mechanisms.postcommit("deleteSubnet", outside(change), { current: row }));
}

export function subnetInUse(id: string, reason = "One or more ports have an IP allocation from this subnet"): Error {
  return conflict("SubnetInUse", `Unable to complete operation on subnet ${id}: ${reason}.`);
}

/** The network, where the caller may see it. */
async function networkOfSubnet(change: Change, id: string): Promise<Network> {
  const network = await networks.get(change.tx, id);
  const { isAdmin, projectId } = change.context;
  const visible = network && (isAdmin || network.project_id === projectId || network.external);
  if (!network || !(visible || (await sharedIds(change, "network")).has(id))) throw notFound("Network", id);
  return network;
}

/** A router that holds the old gateway's address would be nobody's gateway. */
async function checkGatewayFree(change: Change, row: Subnet): Promise<void> {
  const routers = await ports.list(change.tx, {
    keys: { subnet_id: row.id, device_owner: [...ROUTER_INTERFACE_OWNERS] },
  });
  const port = routers.find(({ fixed_ips }) =>
    fixed_ips.some((ip) => ip.subnet_id === row.id && ip.ip_address === row.gateway_ip),
  );
  if (port)
    throw conflict(
      "GatewayIpInUse",
      `Current gateway ip ${row.gateway_ip} already in use by port ${port.id}. Unable to update.`,
    );
}

/** As the transaction's caller, on what is committed. */
function outside(change: Change): Call {
  return { context: change.context, reader: change.neutron.store.read, neutron: change.neutron };
}

const canonical = (address: string) => canonicalIp(address) ?? address;

function canonicalRoute({ destination, nexthop }: HostRoute): HostRoute {
  const [address = "", prefix] = destination.split("/");
  return { destination: `${canonical(address)}/${prefix}`, nexthop: canonical(nexthop) };
}
