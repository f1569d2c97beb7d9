/** What the L3 services are called as extensions. Source: neutron_lib/api/definitions/{l3*,dvr,extraroute*,fip_*,floatingip_pools,flavors,qos_fip,qos_gateway_ip,router_*}.py. */
import type { Extension } from "../resource.ts";

export const L3_EXTENSIONS: readonly Extension[] = [
  {
    alias: "router",
    name: "Neutron L3 Router",
    description:
      "Router abstraction for basic L3 forwarding between L2 Neutron networks and access to external networks via a NAT gateway.",
    updated: "2012-07-20T10:00:00-00:00",
  },
  {
    alias: "ext-gw-mode",
    name: "Neutron L3 Configurable external gateway mode",
    description: "Extension of the router abstraction for specifying whether SNAT should occur on the external gateway",
    updated: "2013-03-28T10:00:00-00:00",
  },
  {
    alias: "dvr",
    name: "Distributed Virtual Router",
    description: "Enables configuration of Distributed Virtual Routers.",
    updated: "2014-06-1T10:00:00-00:00",
  },
  {
    alias: "extraroute",
    name: "Neutron Extra Route",
    description: "Extra routes configuration for L3 router",
    updated: "2013-02-01T10:00:00-00:00",
  },
  {
    alias: "extraroute-atomic",
    name: "Atomically add/remove extra routes",
    description: "Edit extra routes of a router on server side by atomically adding/removing extra routes",
    updated: "2019-07-10T00:00:00+00:00",
  },
  {
    alias: "l3-ha",
    name: "HA Router extension",
    description: "Adds HA capability to routers.",
    updated: "2014-04-26T00:00:00-00:00",
  },
  {
    alias: "l3-flavors",
    name: "Router Flavor Extension",
    description: "Flavor support for routers.",
    updated: "2016-05-17T00:00:00-00:00",
  },
  {
    alias: "flavors",
    name: "Neutron Service Flavors",
    description: "Flavor specification for Neutron advanced services.",
    updated: "2015-09-17T10:00:00-00:00",
  },
  {
    alias: "floating-ip-port-forwarding-detail",
    name: "Floating IP port forwarding detail",
    description: "Allow list floating ip return more port forwarding data, include'id' and 'internal_port_id'",
    updated: "2022-05-06T10:00:00-00:00",
  },
  {
    alias: "fip-port-details",
    name: "Floating IP Port Details Extension",
    description: "Add port_details attribute to Floating IP resource",
    updated: "2018-04-09T10:00:00-00:00",
  },
  {
    alias: "floatingip-pools",
    name: "Floating IP Pools Extension",
    description: "Provides a floating IP pools API.",
    updated: "2018-03-21T10:00:00-00:00",
  },
  {
    alias: "l3-port-ip-change-not-allowed",
    name: "Prevent L3 router ports IP address change extension",
    description: "Prevent change of IP address for some L3 router ports",
    updated: "2018-10-09T10:00:00-00:00",
  },
  {
    alias: "l3_agent_scheduler",
    name: "L3 Agent Scheduler",
    description: "Schedule routers among l3 agents",
    updated: "2013-02-07T10:00:00-00:00",
  },
  {
    alias: "router_availability_zone",
    name: "Router Availability Zone",
    description: "Availability zone support for router.",
    updated: "2015-01-01T10:00:00-00:00",
  },
  {
    alias: "router-admin-state-down-before-update",
    name: "Enforce Router's Admin State Down Before Update Extension",
    description:
      "Ensure that the admin state of a router is DOWN (admin_state_up=False) before updating the distributed attribute",
    updated: "2019-07-02T15:56:00",
  },
  {
    alias: "qos-fip",
    name: "Floating IP QoS",
    description: "The floating IP Quality of Service extension",
    updated: "2017-07-20T00:00:00-00:00",
  },
  {
    alias: "qos-gateway-ip",
    name: "Router gateway IP QoS",
    description: "The Router gateway IP Quality of Service extension",
    updated: "2018-02-24T00:00:00-00:00",
  },
  {
    alias: "floating-ip-port-forwarding",
    name: "Floating IP Port Forwarding",
    description: "Allow port forwarding from floating IP port to an internal port",
    updated: "2018-01-19T10:00:00-00:00",
  },
  {
    alias: "expose-port-forwarding-in-fip",
    name: "Expose Floating IP port forwardings",
    description: "Expose port forwarding fields in floating IP response",
    updated: "2018-06-28T16:00:00-00:00",
  },
  {
    alias: "floating-ip-port-forwarding-description",
    name: "Floating IP Port Forwarding new attribute description",
    description: "Add a description field to Port Forwarding rules",
    updated: "2019-11-01T10:00:00-00:00",
  },
  {
    alias: "floating-ip-port-forwarding-port-ranges",
    name: "Floating IP Port Forwarding support port ranges",
    description: "Add suport to port ranges",
    updated: "2020-07-01T10:00:00-00:00",
  },
];
