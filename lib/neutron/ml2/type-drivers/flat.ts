/** One network on a physical one, without tags: neutron/plugins/ml2/drivers/type_flat.py. */
import type { NeutronConfig } from "../../config/config.ts";
import { invalidInput } from "../../errors.ts";
import { flatNetworkInUse } from "../exceptions.ts";
import type { TypeDriver } from "../type-driver.ts";
import { physicalMtu } from "./mtu.ts";

/** Of flat_networks: any name will do. */
const ANY = "*";

export function flatDriver(config: NeutronConfig): TypeDriver {
  const allowed = config.ml2_type_flat.flat_networks;
  return {
    type: "flat",
    validateProviderSegment({ physical_network, segmentation_id }) {
      if (!physical_network) throw invalidInput("physical_network required for flat provider network");
      if (allowed.length === 0) throw invalidInput("Flat provider networks are disabled");
      if (!allowed.includes(ANY) && !allowed.includes(physical_network))
        throw invalidInput(`physical_network '${physical_network}' unknown for flat provider network`);
      if (segmentation_id) throw invalidInput("segmentation_id prohibited for flat provider network");
    },
    isPartialSegment: () => false,
    async reserveProviderSegment(pool, { physical_network }) {
      const segment = { network_type: "flat", physical_network, segmentation_id: null };
      if (!(await pool.isFree(segment))) throw flatNetworkInUse(String(physical_network));
      return segment;
    },
    allocateTenantSegment: async () => undefined,
    mtu: (physicalNetwork) => physicalMtu(config, physicalNetwork),
  };
}
