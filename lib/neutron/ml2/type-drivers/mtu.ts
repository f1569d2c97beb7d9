/** Largest packets of what networks run on; 0: not limited. Source: neutron/plugins/common/utils.py, neutron/plugins/ml2/drivers/type_*.py get_mtu. */
import type { NeutronConfig } from "../../config/config.ts";

/** Of a physical network. */
export function physicalMtu(config: NeutronConfig, physicalNetwork: string | null): number {
  const own = physicalNetwork === null ? undefined : config.ml2.physical_network_mtus[physicalNetwork];
  return smallest([config.DEFAULT.global_physnet_mtu, own ?? 0]);
}

const IP_HEADER = { "4": 20, "6": 40 };

/** Within a tunnel. @param header bytes that it adds beside the outer IP header */
export function tunnelMtu(config: NeutronConfig, header: number): number {
  const outer = smallest([config.DEFAULT.global_physnet_mtu, config.ml2.path_mtu]);
  return outer === 0 ? 0 : Math.max(0, outer - header - IP_HEADER[config.ml2.overlay_ip_version]);
}

/** Of those that are limits. */
export function smallest(mtus: readonly number[]): number {
  const limits = mtus.filter((mtu) => mtu > 0);
  return limits.length === 0 ? 0 : Math.min(...limits);
}
