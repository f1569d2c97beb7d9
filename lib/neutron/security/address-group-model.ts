/** Address groups as they are kept. Source: neutron/db/models/address_group.py. */
import { Collection } from "../../store/collection.ts";
import type { Standard } from "../standard.ts";

export interface AddressGroup extends Standard {
  readonly name: string;
  /** Networks, in their canonical form. */
  readonly addresses: readonly string[];
}

export const addressGroups = new Collection<AddressGroup>("address_group");
