/** Tagged networks on physical ones: neutron/plugins/ml2/drivers/type_vlan.py. */
import type { NeutronConfig } from "../../config/config.ts";
import { invalidInput } from "../../errors.ts";
import { noNetworkAvailable, vlanIdInUse } from "../exceptions.ts";
import type { SegmentPool, SegmentSpec, TypeDriver } from "../type-driver.ts";
import { physicalMtu } from "./mtu.ts";
import { freeId } from "./pick.ts";

/** 802.1Q. */
const MIN_TAG = 1;
const MAX_TAG = 4094;

export function vlanDriver(config: NeutronConfig): TypeDriver {
  const networks = config.ml2_type_vlan.network_vlan_ranges;
  const segment = (physicalNetwork: string, id: number): SegmentSpec => ({
    network_type: "vlan",
    physical_network: physicalNetwork,
    segmentation_id: id,
  });

  /** Of one physical network, or of the first that has a free tag. */
  async function allocate(pool: SegmentPool, among: readonly string[]): Promise<SegmentSpec | undefined> {
    for (const name of among) {
      const id = await freeId({
        ranges: networks[name] ?? [],
        inOrder: config.ml2.segment_allocation === "in_order",
        random: (limit) => pool.random(limit),
        isFree: (tag) => pool.isFree(segment(name, tag)),
        used: () => pool.used("vlan", name),
      });
      if (id !== undefined) return segment(name, id);
    }
    return undefined;
  }

  return {
    type: "vlan",
    validateProviderSegment({ physical_network, segmentation_id }) {
      if (physical_network) {
        if (!networks[physical_network])
          throw invalidInput(`physical_network '${physical_network}' unknown for VLAN provider network`);
        if (segmentation_id !== null && (segmentation_id < MIN_TAG || segmentation_id > MAX_TAG))
          throw invalidInput(`segmentation_id out of range (${MIN_TAG} through ${MAX_TAG})`);
      } else if (segmentation_id !== null)
        throw invalidInput("segmentation_id requires physical_network for VLAN provider network");
    },
    isPartialSegment: ({ segmentation_id }) => segmentation_id === null,
    async reserveProviderSegment(pool, { physical_network, segmentation_id }) {
      if (physical_network === null || segmentation_id === null) {
        const found = await allocate(pool, physical_network === null ? Object.keys(networks) : [physical_network]);
        if (!found) throw noNetworkAvailable();
        return found;
      }
      const wanted = segment(physical_network, segmentation_id);
      if (!(await pool.isFree(wanted))) throw vlanIdInUse(segmentation_id, physical_network);
      return wanted;
    },
    allocateTenantSegment: (pool) => allocate(pool, Object.keys(networks)),
    mtu: (physicalNetwork) => physicalMtu(config, physicalNetwork),
  };
}
