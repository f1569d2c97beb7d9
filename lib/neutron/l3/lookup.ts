/** Objects of other parts, as the caller sees them; and routers' own ports. */
import type { Context } from "../../identity/context.ts";
import type { Json } from "../attribute.ts";
import { type Network, networks, type Port, ports, type Subnet, subnets } from "../core/model.ts";
import { notFound } from "../errors.ts";
import { allowed } from "../policy.ts";
import type { Call, Change } from "../resource.ts";
import { routerNotFound } from "./errors.ts";
import { ROUTER_OWNERS, type Router, routers } from "./model.ts";

/** The view of an object that the caller may see; throws that there is none otherwise. */
export async function visible(call: Call, name: string, id: string): Promise<Json> {
  const resource = call.neutron.resources.find((one) => one.name === name);
  if (!resource) throw new Error(`no resource ${name}`);
  const view = await resource.show(call, id);
  if (!view || !(await allowed(resource.policy.get, call, view))) throw resource.missing(id);
  return view;
}

export async function visibleNetwork(call: Call, id: string): Promise<Network> {
  await visible(call, "network", id);
  return networkOf(call, id);
}

export async function visibleSubnet(call: Call, id: string): Promise<Subnet> {
  await visible(call, "subnet", id);
  return subnetOf(call, id);
}

export async function visiblePort(call: Call, id: string): Promise<Port> {
  await visible(call, "port", id);
  const port = await ports.get(call.reader, id);
  if (!port) throw notFound("Port", id);
  return port;
}

export async function networkOf(call: Call, id: string): Promise<Network> {
  const network = await networks.get(call.reader, id);
  if (!network) throw notFound("Network", id);
  return network;
}

export async function subnetOf(call: Call, id: string): Promise<Subnet> {
  const subnet = await subnets.get(call.reader, id);
  if (!subnet) throw notFound("Subnet", id);
  return subnet;
}

export async function routerOf(call: Call, id: string): Promise<Router> {
  const router = await routers.get(call.reader, id);
  if (!router) throw routerNotFound(id);
  return router;
}

/** Subnets of a port, each once. */
export function subnetsOfPort(call: Call, port: Port): Promise<Subnet[]> {
  return subnets.list(call.reader, { ids: [...new Set(port.fixed_ips.map((ip) => ip.subnet_id))] });
}

export function subnetsOfNetwork(call: Call, networkId: string): Promise<Subnet[]> {
  return subnets.list(call.reader, { keys: { network_id: networkId } });
}

/** Ports of a router, its gateway's among them, oldest first. */
export function portsOfRouter(call: Call, routerId: string, owners = ROUTER_OWNERS): Promise<Port[]> {
  return ports.list(call.reader, { keys: { device_id: routerId, device_owner: [...owners] } });
}

export async function gatewayPort(call: Call, router: Router): Promise<Port | undefined> {
  return router.gw_port_id === null ? undefined : ports.get(call.reader, router.gw_port_id);
}

/** The same transaction, by somebody who may do everything: for ports that a router needs, not its user. */
export function elevated(change: Change): Change {
  const context: Context = { ...change.context, isAdmin: true };
  return { ...change, context };
}
