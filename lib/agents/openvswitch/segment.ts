/** How a network is carried between hosts. */
import { TUN_TO_LV, type TunnelType } from "../../net/neutron-tables.ts";
import type { NetworkView } from "../view.ts";

export type Segment =
  | { readonly kind: "tunnel"; readonly type: TunnelType; readonly key: number }
  /** vlan is null on a flat network. */
  | { readonly kind: "physical"; readonly physicalNetwork: string; readonly vlan: number | null }
  /** On this host alone: `local` networks, and what the agent does not know. */
  | { readonly kind: "local" };

export function segmentOf({ type, segmentationId, physicalNetwork }: NetworkView): Segment {
  if (isTunnel(type)) return segmentationId === null ? LOCAL : { kind: "tunnel", type, key: segmentationId };
  if (physicalNetwork === null) return LOCAL;
  if (type === "flat") return { kind: "physical", physicalNetwork, vlan: null };
  return type === "vlan" ? { kind: "physical", physicalNetwork, vlan: segmentationId } : LOCAL;
}

const LOCAL: Segment = { kind: "local" };

function isTunnel(type: string): type is TunnelType {
  return type in TUN_TO_LV;
}
