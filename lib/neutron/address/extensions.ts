/** Extensions of subnets, their pools and scopes, as the real service lists them. Source: neutron_lib/api/definitions. */
import type { Extension } from "../resource.ts";

export const ADDRESS_EXTENSIONS: readonly Extension[] = [
  {
    alias: "address-scope",
    name: "Address scope",
    description: "Address scopes extension.",
    updated: "2015-07-26T10:00:00-00:00",
  },
  {
    alias: "auto-allocated-topology",
    name: "Auto Allocated Topology Services",
    description: "Auto Allocated Topology Services.",
    updated: "2016-01-01T00:00:00-00:00",
  },
  {
    alias: "default-subnetpools",
    name: "Default Subnetpools",
    description: "Provides ability to mark and use a subnetpool as the default.",
    updated: "2016-02-18T18:00:00-00:00",
  },
  {
    alias: "network-ip-availability",
    name: "Network IP Availability",
    description: "Provides IP availability data for each network and subnet.",
    updated: "2015-09-24T00:00:00-00:00",
  },
  {
    alias: "subnet_onboard",
    name: "Subnet Onboard",
    description: "Provides support for onboarding subnets into subnet pools",
    updated: "2018-12-18T09:00:00-00:00",
  },
  {
    alias: "subnet-service-types",
    name: "Subnet service types",
    description: "Provides ability to set the subnet service_types field",
    updated: "2016-03-15T18:00:00-00:00",
  },
  {
    alias: "subnet_allocation",
    name: "Subnet Allocation",
    description: "Enables allocation of subnets from a subnet pool",
    updated: "2015-03-30T10:00:00-00:00",
  },
  {
    alias: "subnetpool-prefix-ops",
    name: "Subnet Pool Prefix Operations",
    description: "Provides support for adjusting the prefix list of subnet pools",
    updated: "2019-02-08T10:00:00-00:00",
  },
];
