import type { Call, Change } from "../resource.ts";

/** After the commit: as the transaction's caller, on what is committed. */
export function outside(change: Change): Call {
  return { context: change.context, reader: change.neutron.store.read, neutron: change.neutron };
}
