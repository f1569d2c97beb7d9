/** `/v2.0/floatingips`. Source: neutron/db/l3_db.py, neutron_lib/api/definitions/{l3,fip_port_details,qos_fip,dns}.py, neutron/conf/policies/floatingip.py. */
import type { Json, Values } from "../attribute.ts";
import { type Network, type Port, ports } from "../core/model.ts";
import { badRequest, NeutronError } from "../errors.ts";
import { ipAddress } from "../kind/address.ts";
import { anything, nullable, text, uuid } from "../kind/kind.ts";
import { adminOnly, anyone, owner } from "../policy.ts";
import type { Call, Change, Resource } from "../resource.ts";
import { idAttribute, ownerAttributes, save, standard, standardAttributes } from "../standard.ts";
import { storedResource } from "../stored.ts";
import { associate, NO_ASSOCIATION } from "./association.ts";
import { floatingIpNotFound } from "./errors.ts";
import { floatingIpViews } from "./floating-ip-view.ts";
import { checkNoForwarding, checkPortForwarded } from "./forwarding-use.ts";
import { subnetsOfNetwork, visibleNetwork } from "./lookup.ts";
import { FLOATING_IP, type FloatingIp, floatingIps } from "./model.ts";
import { createOwnPort, deleteOwnPort } from "./own-ports.ts";
import { checkPolicy } from "./qos.ts";
import { floatingIpChanged } from "./reaction.ts";
import { isIpv6 } from "./subnet-math.ts";

const listed = { filter: true, sort: true };
const address = nullable(ipAddress);

const attributes = {
  id: idAttribute,
  ...ownerAttributes,
  ...standardAttributes,
  floating_ip_address: { kind: address, post: true, default: null, ...listed },
  subnet_id: { kind: nullable(uuid), post: true, default: null, visible: false },
  floating_network_id: { kind: uuid, post: true, ...listed },
  router_id: { kind: nullable(uuid), ...listed },
  port_id: { kind: nullable(uuid), post: true, put: true, default: null, filter: true },
  fixed_ip_address: { kind: address, post: true, put: true, default: null, ...listed },
  status: { kind: text(), ...listed },
  qos_policy_id: { kind: nullable(uuid), post: true, put: true, default: null },
  port_details: { kind: anything },
  port_forwardings: { kind: anything },
};

const stored = storedResource<FloatingIp>({
  name: "floatingip",
  plural: "floatingips",
  title: "Floating IP",
  rows: floatingIps,
  attributes,
  quota: "floatingip",
  tagged: true,
  policy: {
    create: anyone,
    get: owner,
    update: owner,
    remove: owner,
    attributes: { floating_ip_address: { create: adminOnly } },
  },
  views: floatingIpViews,
  create: createFloatingIp,
  update: updateFloatingIp,
  remove: deleteFloatingIp,
});

export const floatingIpResource: Resource = { ...stored, missing: floatingIpNotFound };

async function createFloatingIp(change: Change, json: Json): Promise<FloatingIp> {
  const values = json as Values<typeof attributes>; // Read by that table.
  if (values.port_id !== null) await checkPortForwarded(change, values.port_id);
  const network = await visibleNetwork(change, values.floating_network_id);
  await checkNetwork(change, network);
  const base = standard(change, values);
  const port = await addressPort(change, network.id, base.id, values);
  const own = port.fixed_ips.find((ip) => !isIpv6(ip.ip_address));
  if (!own)
    throw new NeutronError(
      "bad-request",
      "ExternalIpAddressExhausted",
      `Unable to find any IP address on external network ${network.id}.`,
    );
  const alone: FloatingIp = {
    ...base,
    floating_ip_address: own.ip_address,
    floating_network_id: network.id,
    floating_port_id: port.id,
    ...NO_ASSOCIATION,
    status: "DOWN",
    qos_policy_id: await checkPolicy(change, values.qos_policy_id),
    ...dnsOf(json),
  };
  const row = await floatingIps.insert(change.tx, { ...alone, ...(await associationOf(change, alone, values)) });
  floatingIpChanged(change, row);
  return row;
}

/** There with the extension driver `dns` alone. neutron/db/dns_db.py _validate_floatingip_dns */
function dnsOf({ dns_name = "", dns_domain = "" }: Json): Pick<FloatingIp, "dns_name" | "dns_domain"> {
  if (dns_domain && !dns_name) throw badRequest("floatingip", "dns_domain cannot be specified without a dns_name");
  if (dns_name && !dns_domain) throw badRequest("floatingip", "dns_name cannot be specified without a dns_domain");
  return { dns_name: String(dns_name), dns_domain: String(dns_domain) };
}

async function checkNetwork(change: Change, network: Network): Promise<void> {
  if (!network.external) throw badRequest("floatingip", `Network ${network.id} is not a valid external network`);
  if (!(await subnetsOfNetwork(change, network.id)).some((subnet) => subnet.ip_version === 4))
    throw badRequest("floatingip", `Network ${network.id} does not contain any IPv4 subnet`);
}

/** The port that holds the address. Nothing is ever plugged into it: its status does not apply. */
function addressPort(
  change: Change,
  network_id: string,
  device_id: string,
  { subnet_id, floating_ip_address }: Values<typeof attributes>,
): Promise<Port> {
  const wanted = {
    ...(subnet_id !== null && { subnet_id }),
    ...(floating_ip_address !== null && { ip_address: floating_ip_address }),
  };
  const fixed_ips = Object.keys(wanted).length > 0 ? [wanted] : [];
  return createOwnPort(change, { network_id, device_id, device_owner: FLOATING_IP, fixed_ips, status: "N/A" });
}

/** @param values of a request: what it says of port_id and fixed_ip_address */
async function associationOf(change: Change, row: FloatingIp, values: Json) {
  const { port_id: portId, fixed_ip_address: fixed } = values as Pick<FloatingIp, "port_id" | "fixed_ip_address">; // By their kinds.
  if (fixed && !portId) throw badRequest("floatingip", "fixed_ip_address cannot be specified without a port_id");
  if (portId) return associate(change, row, portId, fixed);
  // A change of something else keeps the association; one of nothing at all ends it, as it did when there was nothing else.
  if (!("port_id" in values) && Object.keys(values).length > 0 && row.port_id)
    return associate(change, row, row.port_id, row.fixed_ip_address);
  // With port forwardings it has a router and no port.
  return row.port_id === null ? { ...NO_ASSOCIATION, router_id: row.router_id } : NO_ASSOCIATION;
}

async function updateFloatingIp(change: Change, row: FloatingIp, values: Json): Promise<FloatingIp> {
  const { port_id: portId, description, qos_policy_id } = values as Partial<Values<typeof attributes>>; // Read by that table.
  if (portId) await checkPortForwarded(change, portId);
  const association = await associationOf(change, row, values);
  if (portId) await checkNoForwarding(change, row.id);
  const changed = await save(change, floatingIps, row, {
    ...association,
    ...(description !== undefined && { description }),
    qos_policy_id: await checkPolicy(change, qos_policy_id ?? null), // An update that does not name it takes it away.
  });
  floatingIpChanged(change, changed, row);
  return changed;
}

export async function deleteFloatingIp(change: Change, row: FloatingIp): Promise<void> {
  await checkNoForwarding(change, row.id);
  const port = await ports.get(change.reader, row.floating_port_id);
  await floatingIps.remove(change.tx, row.id);
  if (port) await deleteOwnPort(change, port);
}

/** A port goes: its floating IPs stay, with nobody. */
export async function disassociatePort(change: Change, portId: string): Promise<void> {
  for (const row of await floatingIps.list(change.reader, { keys: { port_id: portId } }))
    floatingIpChanged(change, await save(change, floatingIps, row, NO_ASSOCIATION), row);
}

/** A network goes: so do its floating IPs that serve no port. */
export async function deleteUnused(change: Change, networkId: string): Promise<void> {
  for (const row of await floatingIps.list(change.reader, { keys: { floating_network_id: networkId } }))
    if (row.port_id === null) await deleteFloatingIp(change, row);
}

export async function floatingIpOf(call: Call, id: string): Promise<FloatingIp> {
  const row = await floatingIps.get(call.reader, id);
  if (!row) throw floatingIpNotFound(id);
  return row;
}
