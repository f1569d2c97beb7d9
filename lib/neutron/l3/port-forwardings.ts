/**
 * `/v2.0/floatingips/ID/port_forwardings`. Source: neutron/services/portforwarding/pf_plugin.py,
 * neutron_lib/api/definitions/{floating_ip_port_forwarding,fip_pf_description,fip_pf_port_range}.py.
 */
import type { Json, Values } from "../attribute.ts";
import { type Port, ports } from "../core/model.ts";
import { badRequest, conflict } from "../errors.ts";
import { ipAddress } from "../kind/address.ts";
import { repr, text, uuid } from "../kind/kind.ts";
import { anyone, owner } from "../policy.ts";
import type { Change } from "../resource.ts";
import { idAttribute, save } from "../standard.ts";
import { storedResource } from "../stored.ts";
import { routerFor } from "./association.ts";
import { portAlreadyAssociated } from "./errors.ts";
import { floatingIpOf, floatingIpResource } from "./floating-ips.ts";
import { forwardedPort, portRange, protocol } from "./forwarding-kind.ts";
import { checkCollisions, checkRelation, rangeText } from "./forwarding-ranges.ts";
import { subnetOf, visible, visiblePort } from "./lookup.ts";
import { type FloatingIp, floatingIps, type PortForwarding, type PortRange, portForwardings } from "./model.ts";
import { floatingIpChanged } from "./reaction.ts";
import { isIpv6 } from "./subnet-math.ts";

const LONG_DESCRIPTION_SIZE = 1024;
const written = { post: true, put: true };
const listed = { filter: true, sort: true };

const attributes = {
  id: idAttribute,
  tenant_id: { kind: text(), post: true, default: undefined, visible: false },
  project_id: { kind: text(), post: true, default: undefined, visible: false },
  external_port: { kind: forwardedPort, ...written, default: null, ...listed },
  internal_port: { kind: forwardedPort, ...written, default: null },
  external_port_range: { kind: portRange, ...written, default: null, ...listed },
  internal_port_range: { kind: portRange, ...written, default: null },
  internal_ip_address: { kind: ipAddress, ...written },
  protocol: { kind: protocol, ...written, ...listed },
  internal_port_id: { kind: uuid, ...written, ...listed },
  description: { kind: text(LONG_DESCRIPTION_SIZE), ...written, default: "", filter: true },
};

export const portForwardingResource = storedResource<PortForwarding>({
  name: "port_forwarding",
  plural: "port_forwardings",
  path: `${floatingIpResource.path}/:parent/port_forwardings`,
  title: "Port Forwarding",
  missingType: "PortForwardingNotFound",
  policyName: "floatingip_port_forwarding",
  parentKey: "floatingip_id",
  rows: portForwardings,
  attributes,
  policy: { create: anyone, get: owner, update: owner, remove: owner }, // The floating IP's owner is theirs.
  views: (_call, rows) => rows.map(view),
  create: async (change, values, parent) => {
    const floating = await visibleFloatingIp(change, parent ?? "");
    return createForwarding(change, floating, values as Values<typeof attributes>); // Read by that table.
  },
  update: (change, row, values) => updateForwarding(change, row, values as Partial<Values<typeof attributes>>), // Read by that table.
  remove: removeForwarding,
});

async function visibleFloatingIp(change: Change, id: string): Promise<FloatingIp> {
  await visible(change, "floatingip", id);
  return floatingIpOf(change, id);
}

async function createForwarding(
  change: Change,
  floating: FloatingIp,
  values: Values<typeof attributes>,
): Promise<PortForwarding> {
  const { internal_port_id, internal_ip_address, protocol: name, description } = values;
  const row: PortForwarding = {
    id: change.neutron.newId(),
    project_id: floating.project_id,
    floatingip_id: floating.id,
    internal_port_id,
    internal_ip_address,
    protocol: name,
    internal: rangeOf("internal", values) ?? missing("internal"),
    external: rangeOf("external", values) ?? missing("external"),
    description,
  };
  checkRelation(row);
  await checkCollisions(change, row);
  await checkUnserved(change, row);
  if (floating.port_id !== null)
    throw portAlreadyAssociated({
      address: floating.floating_ip_address,
      id: floating.id,
      port: internal_port_id,
      fixed: internal_ip_address,
      network: floating.floating_network_id,
    });
  const router = await reachingRouter(change, floating, row);
  const served =
    floating.router_id === null ? await save(change, floatingIps, floating, { router_id: router }) : floating;
  await portForwardings.insert(change.tx, row);
  floatingIpChanged(change, served);
  return row;
}

async function updateForwarding(
  change: Change,
  row: PortForwarding,
  values: Partial<Values<typeof attributes>>,
): Promise<PortForwarding> {
  const floating = await floatingIpOf(change, row.floatingip_id);
  const { internal_port_id, internal_ip_address, protocol: name, description } = values;
  const changed: PortForwarding = {
    ...row,
    internal: rangeOf("internal", values) ?? row.internal,
    external: rangeOf("external", values) ?? row.external,
    ...(internal_port_id !== undefined && { internal_port_id }),
    ...(internal_ip_address !== undefined && { internal_ip_address }),
    ...(name !== undefined && { protocol: name }),
    ...(description !== undefined && { description }),
  };
  if (internal_port_id !== undefined) await checkUnserved(change, changed);
  if (changed.internal_port_id !== row.internal_port_id) await reachingRouter(change, floating, changed);
  await checkAddress(change, changed);
  checkRelation(changed);
  await checkCollisions(change, changed, row.id);
  floatingIpChanged(change, floating);
  return portForwardings.update(change.tx, changed);
}

export async function removeForwarding(change: Change, row: PortForwarding): Promise<void> {
  await portForwardings.remove(change.tx, row.id);
  const floating = await floatingIpOf(change, row.floatingip_id);
  const left = await portForwardings.count(change.reader, { keys: { floatingip_id: floating.id } });
  const changed = left === 0 ? await save(change, floatingIps, floating, { router_id: null }) : floating;
  floatingIpChanged(change, changed, floating);
}

/** An address went from a port, or the port itself (`port` is undefined then): so do its forwardings. */
export async function forgetForwardings(change: Change, portId: string, port?: Port): Promise<void> {
  const kept = new Set(port?.fixed_ips.map((ip) => ip.ip_address));
  for (const row of await portForwardings.list(change.reader, { keys: { internal_port_id: portId } }))
    if (!kept.has(row.internal_ip_address)) await removeForwarding(change, row);
}

function rangeOf(side: "internal" | "external", values: Partial<Values<typeof attributes>>): PortRange | undefined {
  const range = values[`${side}_port_range`];
  if (range) return range;
  const port = values[`${side}_port`];
  return typeof port === "number" ? { start: port, end: port } : undefined;
}

function missing(side: string): never {
  throw badRequest("port_forwarding", `Either ${side}_port or ${side}_port_range must be specified`);
}

/** A port with a floating IP of its own has all ports forwarded already. */
async function checkUnserved(change: Change, row: PortForwarding): Promise<void> {
  const [own] = await floatingIps.list(change.reader, { keys: { port_id: row.internal_port_id } });
  if (own)
    throw conflict(
      "PortHasBindingFloatingIP",
      `Cannot create port forwarding to floating IP ${own.floating_ip_address} (${own.id}) with port ${row.internal_port_id} using fixed IP ${row.internal_ip_address}, as that port already has a binding floating IP.`,
    );
}

/** All forwardings of a floating IP go through one router. */
async function reachingRouter(change: Change, floating: FloatingIp, row: PortForwarding): Promise<string> {
  const port = await visiblePort(change, row.internal_port_id);
  const four = port.fixed_ips.filter((ip) => !isIpv6(ip.ip_address));
  if (four.length === 0)
    throw badRequest("port_forwarding", `Requested internal port ${port.id} must allocate an IPv4 address at least.`);
  const own = four.find((ip) => ip.ip_address === row.internal_ip_address);
  if (!own)
    throw badRequest(
      "port_forwarding",
      `Requested internal IP address ${row.internal_ip_address} is not suitable for internal neutron port ${port.id}, as its fixed_ips are ${repr(four)}`,
    );
  const subnet = await subnetOf(change, own.subnet_id);
  const router = await routerFor(change, port, subnet, floating.floating_network_id);
  if (router === undefined)
    throw badRequest(
      "port_forwarding",
      `External network ${floating.floating_network_id} is not reachable from subnet ${subnet.id}. Cannot set Port forwarding for port ${port.id} with Floating IP ${floating.id}`,
    );
  if (floating.router_id !== null && floating.router_id !== router)
    throw badRequest(
      "port_forwarding",
      `The Floating IP ${floating.id} had been set on router ${floating.router_id}, the internal Neutron port ${port.id} can not reach it`,
    );
  return router;
}

async function checkAddress(change: Change, row: PortForwarding): Promise<void> {
  const fixed = (await ports.get(change.reader, row.internal_port_id))?.fixed_ips ?? [];
  if (fixed.some((ip) => ip.ip_address === row.internal_ip_address)) return;
  throw badRequest(
    "port_forwarding",
    `The internal IP does not correspond to an address on the internal port, which has fixed_ips ${repr(fixed)}`,
  );
}

function view({ internal, external, floatingip_id, ...row }: PortForwarding): Json {
  void floatingip_id;
  return {
    ...row,
    internal_port: internal.start === internal.end ? internal.start : null,
    external_port: external.start === external.end ? external.start : null,
    internal_port_range: rangeText(internal),
    external_port_range: rangeText(external),
  };
}
