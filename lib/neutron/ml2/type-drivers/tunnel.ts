/** What networks in tunnels share: neutron/plugins/ml2/drivers/type_tunnel.py. */
import type { NeutronConfig } from "../../config/config.ts";
import type { Range } from "../../config/option.ts";
import { invalidInput } from "../../errors.ts";
import { noNetworkAvailable, tunnelIdInUse } from "../exceptions.ts";
import type { SegmentPool, SegmentSpec, TypeDriver } from "../type-driver.ts";
import { tunnelMtu } from "./mtu.ts";
import { freeId } from "./pick.ts";

/** Of a column of the type INTEGER. */
const GREATEST_ID = 2 ** 31 - 1;

export interface TunnelOptions {
  readonly type: string;
  readonly ranges: readonly Range[];
  /** Bytes that the encapsulation adds beside the outer IP header. */
  readonly header: number;
}

export function tunnelDriver(config: NeutronConfig, { type, ranges, header }: TunnelOptions): TypeDriver {
  const segment = (id: number): SegmentSpec => ({ network_type: type, physical_network: null, segmentation_id: id });

  async function allocate(pool: SegmentPool): Promise<SegmentSpec | undefined> {
    const id = await freeId({
      ranges,
      inOrder: config.ml2.segment_allocation === "in_order",
      random: (limit) => pool.random(limit),
      isFree: (one) => pool.isFree(segment(one)),
      used: () => pool.used(type, null),
    });
    return id === undefined ? undefined : segment(id);
  }

  return {
    type,
    validateProviderSegment({ physical_network, segmentation_id }) {
      if (physical_network) throw invalidInput(`provider:physical_network specified for ${type} network`);
      // There an administrator may ask for any number; one that its database cannot hold ends in an error of the server.
      if (segmentation_id !== null && (segmentation_id > GREATEST_ID || segmentation_id < -GREATEST_ID))
        throw invalidInput(`segmentation_id out of range (${-GREATEST_ID} through ${GREATEST_ID})`);
    },
    isPartialSegment: ({ segmentation_id }) => segmentation_id === null,
    async reserveProviderSegment(pool, { segmentation_id }) {
      if (segmentation_id === null) {
        const found = await allocate(pool);
        if (!found) throw noNetworkAvailable();
        return found;
      }
      if (!(await pool.isFree(segment(segmentation_id)))) throw tunnelIdInUse(segmentation_id);
      return segment(segmentation_id);
    },
    allocateTenantSegment: allocate,
    mtu: () => tunnelMtu(config, header),
  };
}
