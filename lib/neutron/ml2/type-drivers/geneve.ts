/** neutron/plugins/ml2/drivers/type_geneve.py. Its header has options of any length: the configuration says how much is kept for it. */
import type { NeutronConfig } from "../../config/config.ts";
import type { TypeDriver } from "../type-driver.ts";
import { tunnelDriver } from "./tunnel.ts";

export function geneveDriver(config: NeutronConfig): TypeDriver {
  const { vni_ranges, max_header_size } = config.ml2_type_geneve;
  return tunnelDriver(config, { type: "geneve", ranges: vni_ranges, header: max_header_size });
}
