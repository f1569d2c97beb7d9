/**
 * Networks and routers that Neutron gave to agents which have not taken them up: one that is stopped asks for no port, and
 * binds none, so that the ports alone would not show that anything is missing.
 * Source: neutron/agent/linux/dhcp.py setup_dhcp_port, neutron/api/rpc/handlers/l3_rpc.py.
 */
import type { CloudApi } from "../api/neutron.ts";

/** Where the agent that has the router plugs a port, and how it calls the device. neutron/agent/l3/router_info.py, dvr_edge_router.py */
const DEVICES: Readonly<Record<string, { readonly prefix: string; readonly central: boolean }>> = {
  "network:router_interface": { prefix: "qr-", central: false },
  "network:router_gateway": { prefix: "qg-", central: true },
  "network:router_centralized_snat": { prefix: "sg-", central: true },
};

export interface Unbound {
  readonly portId: string;
  readonly netns: string;
  readonly device: string;
}

/** Ports of routers that a host's L3 agent has, which it has not asked to bind there. Those of HA routers are not one host's. */
export function unboundOn(api: CloudApi, host: string): Unbound[] {
  const agents = agentsOn(api, host);
  const given = new Set(api.schedules?.routers.flatMap((one) => (agents.has(one.agent) ? one.router : [])));
  if (given.size === 0) return [];
  const routers = new Map(api.routers.map((one) => [one.id, one]));
  return api.ports.flatMap(({ id, device_owner, device_id, "binding:host_id": bound }) => {
    const plugged = DEVICES[device_owner];
    const router = given.has(device_id) ? routers.get(device_id) : undefined;
    if (!plugged || !router?.admin_state_up || router.ha || bound) return [];
    const netns = `${plugged.central && router.distributed ? "snat" : "qrouter"}-${router.id}`;
    return [{ portId: id, netns, device: `${plugged.prefix}${id.slice(0, 11)}` }];
  });
}

export interface Unserved {
  readonly networkId: string;
  /** The agent has no port at all. */
  readonly whole: boolean;
  /** Where its port has no address. */
  readonly cidrs: string;
}

/** Networks that a host's DHCP agent has to serve, and asked for no address to do it with. */
export function unservedOn(api: CloudApi, host: string): Unserved[] {
  const agents = agentsOn(api, host);
  const given = new Set(api.schedules?.networks.flatMap((one) => (agents.has(one.agent) ? one.network : [])));
  if (given.size === 0) return [];
  const own = api.ports.filter((one) => one.device_owner === "network:dhcp" && one["binding:host_id"] === host);
  const served = new Set(own.flatMap((one) => one.fixed_ips.map((ip) => ip.subnet_id)));
  const unserved = Map.groupBy(
    api.subnets.filter((one) => one.enable_dhcp && given.has(one.network_id) && !served.has(one.id)),
    (one) => one.network_id,
  );
  return api.networks.flatMap(({ id, admin_state_up }) => {
    const subnets = admin_state_up ? unserved.get(id) : undefined;
    if (!subnets) return [];
    return [
      {
        networkId: id,
        whole: !own.some((one) => one.network_id === id),
        cidrs: subnets.map((one) => one.cidr).join(", "),
      },
    ];
  });
}

/** Ids of those that are enabled. */
function agentsOn(api: CloudApi, host: string): ReadonlySet<string> {
  return new Set(api.agents.flatMap((one) => (one.admin_state_up && one.host === host ? one.id : [])));
}
