/** The networking service's configuration: what neutron.conf and ml2_conf.ini say, with Neutron's defaults. */
export interface NeutronConfig {
  readonly ml2: {
    readonly type_drivers: readonly string[];
    readonly tenant_network_types: readonly string[];
    readonly mechanism_drivers: readonly string[];
    readonly extension_drivers: readonly string[];
  };
}

export const DEFAULT_CONFIG: NeutronConfig = {
  ml2: {
    type_drivers: ["local", "flat", "vlan", "gre", "vxlan", "geneve"],
    tenant_network_types: ["vxlan"],
    mechanism_drivers: ["openvswitch", "linuxbridge", "l2population"],
    extension_drivers: ["port_security", "qos", "dns"],
  },
};
