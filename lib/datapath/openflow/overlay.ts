/** What one walk has taught the switches of a host. The recorded state is never written. */
import type { Flow } from "../../net/openflow/ast.ts";

export interface SwitchOverlay {
  /** Bridge → "vlan mac" → OpenFlow port. */
  readonly fdb: Map<string, Map<string, number>>;
  /** Bridge → flows that `learn` installed, newest last. */
  readonly flows: Map<string, Flow[]>;
}

export function createOverlay(): SwitchOverlay {
  return { fdb: new Map(), flows: new Map() };
}
