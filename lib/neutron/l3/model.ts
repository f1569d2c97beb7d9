/** Routers, floating IPs and their port forwardings as they are kept. Source: neutron/db/models/{l3,l3_attrs,port_forwarding}.py. */
import { Collection, type Stored } from "../../store/collection.ts";
import type { Standard } from "../standard.ts";

/** neutron_lib/constants.py DEVICE_OWNER_*: what a port is for. */
export const ROUTER_INTERFACE = "network:router_interface";
export const HA_INTERFACE = "network:ha_router_replicated_interface";
export const DVR_INTERFACE = "network:router_interface_distributed";
export const ROUTER_GATEWAY = "network:router_gateway";
/** Of a distributed router, where its traffic without a floating IP comes together. */
export const SNAT_INTERFACE = "network:router_centralized_snat";
export const FLOATING_IP = "network:floatingip";
/** Of an L3 agent in DVR mode, on an external network. */
export const AGENT_GATEWAY = "network:floatingip_agent_gateway";

/** Of one instance of an HA router, on the network where the instances watch each other. */
export const HA_PORT = "network:router_ha_interface";

/** ROUTER_INTERFACE_OWNERS. */
export const INTERFACE_OWNERS: readonly string[] = [ROUTER_INTERFACE, HA_INTERFACE, DVR_INTERFACE];
/** All that ties a port to a router: what RouterPort holds in Neutron. */
export const ROUTER_OWNERS: readonly string[] = [...INTERFACE_OWNERS, ROUTER_GATEWAY, SNAT_INTERFACE, HA_PORT];

export interface Route {
  readonly destination: string;
  readonly nexthop: string;
}

export interface Router extends Standard {
  readonly name: string;
  readonly admin_state_up: boolean;
  /** ALLOCATING, ACTIVE, ERROR. */
  readonly status: string;
  readonly distributed: boolean;
  readonly ha: boolean;
  readonly gw_port_id: string | null;
  readonly enable_snat: boolean;
  /** Of the gateway's address. */
  readonly qos_policy_id: string | null;
  readonly routes: readonly Route[];
  readonly flavor_id: string | null;
  readonly availability_zone_hints: readonly string[];
}

export const routers = new Collection<Router>("router", {
  keys: {
    name: (r) => r.name,
    gw_port_id: (r) => r.gw_port_id,
    flavor_id: (r) => r.flavor_id,
    qos_policy_id: (r) => r.qos_policy_id,
  },
});

export interface FloatingIp extends Standard {
  readonly floating_ip_address: string;
  readonly floating_network_id: string;
  /** Its own port, on the external network. */
  readonly floating_port_id: string;
  readonly port_id: string | null;
  readonly fixed_ip_address: string | null;
  readonly router_id: string | null;
  /** ACTIVE, DOWN, ERROR: as the L3 agent reports. */
  readonly status: string;
  readonly qos_policy_id: string | null;
  readonly dns_name: string;
  readonly dns_domain: string;
}

export const floatingIps = new Collection<FloatingIp>("floatingip", {
  keys: {
    floating_network_id: (f) => f.floating_network_id,
    floating_ip_address: (f) => f.floating_ip_address,
    port_id: (f) => f.port_id,
    router_id: (f) => f.router_id,
    qos_policy_id: (f) => f.qos_policy_id,
  },
  unique: {
    /** A fixed address has one floating IP of a network. */
    association: (f) =>
      f.port_id === null ? null : `${f.port_id}/${f.floating_network_id}/${f.fixed_ip_address ?? ""}`,
  },
});

export interface PortRange {
  readonly start: number;
  readonly end: number;
}

export interface PortForwarding extends Stored {
  readonly id: string;
  readonly project_id: string;
  readonly floatingip_id: string;
  readonly internal_port_id: string;
  readonly internal_ip_address: string;
  readonly protocol: string;
  readonly external: PortRange;
  readonly internal: PortRange;
  readonly description: string;
}

export const portForwardings = new Collection<PortForwarding>("port_forwarding", {
  keys: { floatingip_id: (f) => f.floatingip_id, internal_port_id: (f) => f.internal_port_id },
});

/** An L3 agent that a router was given to. Agents in mode `dvr` have none: ports on their hosts bring them the routers. */
export interface RouterBinding extends Stored {
  readonly router_id: string;
  readonly agent_id: string;
}

/** The network of a project's HA routers. */
export interface HaNetwork extends Stored {
  /** The project's. */
  readonly id: string;
  readonly network_id: string;
}

export const haNetworks = new Collection<HaNetwork>("ha_network");

export const routerBindings = new Collection<RouterBinding>("router_l3_agent_binding", {
  keys: { router_id: (b) => b.router_id, agent_id: (b) => b.agent_id },
});
