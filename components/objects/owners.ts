/** What Neutron calls the owner of a service port, in plain words. */
export const OWNERS: Readonly<Record<string, string>> = {
  "network:dhcp": "DHCP",
  "network:router_interface": "router interface",
  "network:router_interface_distributed": "distributed router",
  "network:router_centralized_snat": "central SNAT",
  "network:router_gateway": "router gateway",
  "network:ha_router_replicated_interface": "HA router",
  "network:floatingip": "floating IP",
  "network:floatingip_agent_gateway": "floating IP gateway",
  "": "unbound",
};

/** Those with a namespace of their own, which an administrator may send from. */
export const SENDERS = /^network:(?:dhcp|router_interface|router_gateway|router_centralized_snat)/;
