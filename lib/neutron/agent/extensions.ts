/** What agents and their scheduling are called as extensions. Source: neutron_lib/api/definitions/{agent*,availability_zone*,dhcpagentscheduler,network_availability_zone,servicetype}.py. */
import type { Extension } from "../resource.ts";

export const AGENT_EXTENSIONS: readonly Extension[] = [
  {
    alias: "agent",
    name: "agent",
    description: "The agent management extension.",
    updated: "2013-02-03T10:00:00-00:00",
  },
  {
    alias: "agent-resources-synced",
    name: "Agent's Resource View Synced to Placement",
    description: "Stores success/failure of last sync to Placement",
    updated: "2018-12-19T00:00:00-00:00",
  },
  {
    alias: "availability_zone",
    name: "Availability Zone",
    description: "The availability zone extension.",
    updated: "2015-01-01T10:00:00-00:00",
  },
  {
    alias: "availability_zone_filter",
    name: "Availability Zone Filter Extension",
    description: "Add filter parameters to AvailabilityZone resource",
    updated: "2018-06-22T10:00:00-00:00",
  },
  {
    alias: "dhcp_agent_scheduler",
    name: "DHCP Agent Scheduler",
    description: "Schedule networks among dhcp agents",
    updated: "2013-02-07T10:00:00-00:00",
  },
  {
    alias: "network_availability_zone",
    name: "Network Availability Zone",
    description: "Availability zone support for network.",
    updated: "2015-01-01T10:00:00-00:00",
  },
  {
    alias: "service-type",
    name: "Neutron Service Type Management",
    description: "API for retrieving service providers for Neutron advanced services",
    updated: "2013-01-20T00:00:00-00:00",
  },
];
