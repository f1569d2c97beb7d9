/** Trunks: a port that carries others, each in its VLAN. Source: neutron/services/trunk/models.py. */
import { Collection } from "../../store/collection.ts";
import type { Standard } from "../standard.ts";

export interface SubPort {
  readonly port_id: string;
  readonly segmentation_type: string;
  readonly segmentation_id: number;
}

export interface Trunk extends Standard {
  readonly name: string;
  readonly admin_state_up: boolean;
  /** The parent. */
  readonly port_id: string;
  /** DOWN until an agent has wired it; ACTIVE, BUILD, DEGRADED, ERROR: as it says. */
  readonly status: string;
  readonly sub_ports: readonly SubPort[];
}

export const trunks = new Collection<Trunk>("trunk", {
  keys: { name: (t) => t.name },
  unique: {
    port_id: (t) => t.port_id,
    sub_port_id: (t) => t.sub_ports.map((sub) => sub.port_id),
  },
});
