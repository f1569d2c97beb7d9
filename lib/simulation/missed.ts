/**
 * What stopped agents were given by Neutron and have not taken up. No port is bound to their hosts for it, since the agents
 * themselves ask for that: a host's ports alone would not show that anything is missing.
 */
import type { CloudApi } from "../api/neutron.ts";
import type { Gap } from "../host/state.ts";

/** What Neutron gave to a stopped agent. */
export interface Given {
  readonly host: string;
  readonly networks: ReadonlySet<string>;
  readonly routers: ReadonlySet<string>;
}

const BOUND_BY_AGENT: ReadonlySet<string> = new Set([
  "network:router_interface",
  "network:router_gateway",
  "network:router_centralized_snat",
]);

/**
 * Networks where the agent's port has no address of a subnet that it is to serve, and routers with ports that the agent has not
 * asked to bind. What HA routers lack is told elsewhere. Source: neutron/agent/linux/dhcp.py setup_dhcp_port, api/rpc/handlers/l3_rpc.py.
 */
export function missedIn(api: CloudApi, given: readonly Given[]): Gap[] {
  return given.flatMap(({ host, networks, routers }) => {
    const own = api.ports.filter((one) => one.device_owner === "network:dhcp" && one["binding:host_id"] === host);
    const served = new Set(own.flatMap((one) => one.fixed_ips.map((ip) => ip.subnet_id)));
    const unserved = new Set(
      api.subnets.flatMap((one) => (one.enable_dhcp && !served.has(one.id) ? one.network_id : [])),
    );
    const unbound = new Set(
      api.ports.flatMap((one) =>
        BOUND_BY_AGENT.has(one.device_owner) && !one["binding:host_id"] ? one.device_id : [],
      ),
    );
    return [
      ...api.networks
        .filter(({ id, admin_state_up }) => networks.has(id) && admin_state_up && unserved.has(id))
        .map(({ id, name }) => gap(host, `neutron-dhcp-agent network ${name || id}`, `qdhcp-${id}`)),
      ...api.routers
        .filter(({ id, admin_state_up, ha }) => routers.has(id) && admin_state_up && !ha && unbound.has(id))
        .map(({ id, name, distributed }) =>
          gap(host, `neutron-l3-agent router ${name || id}`, `${distributed ? "snat" : "qrouter"}-${id}`),
        ),
    ];
  });
}

function gap(host: string, file: string, namespace: string): Gap {
  return { host, file, reason: `the agent is stopped and has not taken it up; start it, and it sees to ${namespace}` };
}
