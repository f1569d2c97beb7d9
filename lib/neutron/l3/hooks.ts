/** What becomes of routers and floating IPs when networks, subnets and ports change. Source: neutron/db/l3_db.py, neutron/db/db_base_plugin_v2.py. */
import type { Port, Subnet } from "../core/model.ts";
import { networks, ports } from "../core/model.ts";
import { NeutronError } from "../errors.ts";
import type { Hooks } from "../hooks.ts";
import type { Change } from "../resource.ts";
import { servicePortInUse } from "./errors.ts";
import { deleteUnused, disassociatePort } from "./floating-ips.ts";
import { setGateway } from "./gateway.ts";
import { elevated } from "./lookup.ts";
import { FLOATING_IP, floatingIps, INTERFACE_OWNERS, ROUTER_GATEWAY, routers, SNAT_INTERFACE } from "./model.ts";
import { forgetForwardings } from "./port-forwardings.ts";
import { portMoved } from "./reaction.ts";
import { isIpv6 } from "./subnet-math.ts";

export const l3Hooks: Hooks = {
  networkDeleting: (change, network) => deleteUnused(change, network.id),
  subnetCreated: addGatewayAddresses,
  async portCreated(change, port) {
    if (port.binding.host !== "") await portMoved(change, port);
  },
  async portUpdated(change, before, after) {
    if (before.binding.host !== after.binding.host) await portMoved(change, after);
    if (before.fixed_ips === after.fixed_ips) return;
    await checkAddressesKept(change, before, after);
    await forgetForwardings(change, after.id, after);
  },
  async portDeleting(change, port, byApi) {
    if (byApi) await checkMayGo(change, port);
    await forgetForwardings(change, port.id);
    await disassociatePort(change, port.id);
  },
};

/** Owners whose ports go by what made them, unless that is gone. l3_db.py prevent_l3_port_deletion */
const OWN = [...INTERFACE_OWNERS, ROUTER_GATEWAY, SNAT_INTERFACE];

async function checkMayGo(change: Change, port: Port): Promise<void> {
  if (port.fixed_ips.length === 0) return;
  const maker = OWN.includes(port.device_owner) ? routers : port.device_owner === FLOATING_IP ? floatingIps : undefined;
  if (maker && (await maker.get(change.reader, port.device_id))) throw servicePortInUse(port.id, port.device_owner);
}

/** extension l3-port-ip-change-not-allowed: IPv4 addresses of a router's interfaces stay. ipam_pluggable_backend.py */
async function checkAddressesKept(change: Change, before: Port, after: Port): Promise<void> {
  if (![...INTERFACE_OWNERS, SNAT_INTERFACE].includes(after.device_owner)) return;
  const four = (port: Port) =>
    port.fixed_ips
      .filter((ip) => !isIpv6(ip.ip_address))
      .map((ip) => ip.ip_address)
      .sort()
      .join();
  if (four(before) === four(after) || !(await routers.get(change.reader, after.device_id))) return;
  throw new NeutronError("bad-request", "IPAddressChangeNotAllowed", `IP updates for port ${after.id} are not allowed`);
}

/** A gateway that has no address of the new subnet's family gets one. db_base_plugin_v2.py _update_router_gw_port */
async function addGatewayAddresses(change: Change, subnet: Subnet): Promise<void> {
  const network = await networks.get(change.reader, subnet.network_id);
  if (!network?.external) return;
  const keys = { network_id: network.id, device_owner: ROUTER_GATEWAY };
  for (const port of await ports.list(change.reader, { keys })) {
    const router = await routers.get(change.reader, port.device_id);
    const fixed = port.fixed_ips;
    const has = fixed.some((ip) => isIpv6(ip.ip_address) === (subnet.ip_version === 6));
    if (!router || fixed.length > 1 || has) continue;
    await setGateway(elevated(change), router, {
      network_id: network.id,
      enable_snat: router.enable_snat,
      external_fixed_ips: [...fixed, { subnet_id: subnet.id }],
    });
  }
}
