/** Networks of one host: neutron/plugins/ml2/drivers/type_local.py. */
import { invalidInput } from "../../errors.ts";
import type { SegmentSpec, TypeDriver } from "../type-driver.ts";

const SEGMENT: SegmentSpec = { network_type: "local", physical_network: null, segmentation_id: null };

export function localDriver(): TypeDriver {
  return {
    type: "local",
    validateProviderSegment(segment) {
      for (const name of ["physical_network", "segmentation_id"] as const)
        if (segment[name]) throw invalidInput(`${name} prohibited for local provider network`);
    },
    isPartialSegment: () => false,
    reserveProviderSegment: async () => SEGMENT,
    allocateTenantSegment: async () => SEGMENT,
    mtu: () => 0,
  };
}
