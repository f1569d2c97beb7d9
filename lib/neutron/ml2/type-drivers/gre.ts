/** neutron/plugins/ml2/drivers/type_gre.py. */
import type { NeutronConfig } from "../../config/config.ts";
import type { TypeDriver } from "../type-driver.ts";
import { tunnelDriver } from "./tunnel.ts";

/** The inner Ethernet and the GRE header with its key: neutron_lib/constants.py GRE_ENCAP_OVERHEAD. */
const HEADER = 22;

export function greDriver(config: NeutronConfig): TypeDriver {
  return tunnelDriver(config, { type: "gre", ranges: config.ml2_type_gre.tunnel_id_ranges, header: HEADER });
}
