/** What networks and ports offer beyond the first API: names as `GET /v2.0/extensions` lists them. Source: neutron_lib/api/definitions. */
import type { Extension } from "../resource.ts";

export const CORE_EXTENSIONS: readonly Extension[] = [
  {
    alias: "allowed-address-pairs",
    name: "Allowed Address Pairs",
    description: "Provides allowed address pairs",
    updated: "2013-07-23T10:00:00-00:00",
  },
  {
    alias: "binding-extended",
    name: "Port Bindings Extended",
    description: "Expose port bindings of a virtual port to external application",
    updated: "2017-07-17T10:00:00-00:00",
  },
  {
    alias: "external-net",
    name: "Neutron external network",
    description: "Adds external network attribute to network resource.",
    updated: "2013-01-14T10:00:00-00:00",
  },
  {
    alias: "extra_dhcp_opt",
    name: "Neutron Extra DHCP options",
    description:
      "Extra options configuration for DHCP. For example PXE boot options to DHCP clients can be specified (e.g. tftp-server, server-ip-address, bootfile-name)",
    updated: "2013-03-17T12:00:00-00:00",
  },
  {
    alias: "multi-provider",
    name: "Multi Provider Network",
    description: "Expose mapping of virtual networks to multiple physical networks",
    updated: "2013-06-27T10:00:00-00:00",
  },
  {
    alias: "net-mtu",
    name: "Network MTU",
    description: "Provides MTU attribute for a network resource.",
    updated: "2015-03-25T10:00:00-00:00",
  },
  {
    alias: "net-mtu-writable",
    name: "Network MTU (writable)",
    description: "Provides a writable MTU attribute for a network resource.",
    updated: "2017-07-12T00:00:00-00:00",
  },
  {
    alias: "port-device-profile",
    name: "Port device profile",
    description: "Expose the port device profile (Cyborg)",
    updated: "2020-12-17T10:00:00-00:00",
  },
  {
    alias: "port-mac-address-regenerate",
    name: "Neutron Port MAC address regenerate",
    description: "Network port MAC address regenerate",
    updated: "2018-05-03T10:00:00-00:00",
  },
  {
    alias: "port-mac-override",
    name: "Neutron Port MAC address override",
    description: "Allow overriding the MAC address of a direct-physical Port via the active binding profile",
    updated: "2022-03-18T10:00:00-00:00",
  },
  {
    alias: "port-numa-affinity-policy",
    name: "Port NUMA affinity policy",
    description: "Expose the port NUMA affinity policy",
    updated: "2020-07-08T10:00:00-00:00",
  },
  {
    alias: "provider",
    name: "Provider Network",
    description: "Expose mapping of virtual networks to physical networks",
    updated: "2012-09-07T10:00:00-00:00",
  },
  {
    alias: "binding",
    name: "Port Binding",
    description: "Expose port bindings of a virtual port to external application",
    updated: "2014-02-03T10:00:00-00:00",
  },
];
