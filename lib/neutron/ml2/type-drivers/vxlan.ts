/** neutron/plugins/ml2/drivers/type_vxlan.py. */
import type { NeutronConfig } from "../../config/config.ts";
import type { TypeDriver } from "../type-driver.ts";
import { tunnelDriver } from "./tunnel.ts";

/** The inner Ethernet, the VXLAN and the UDP header: neutron_lib/constants.py VXLAN_ENCAP_OVERHEAD. */
const HEADER = 30;

export function vxlanDriver(config: NeutronConfig): TypeDriver {
  return tunnelDriver(config, { type: "vxlan", ranges: config.ml2_type_vxlan.vni_ranges, header: HEADER });
}
