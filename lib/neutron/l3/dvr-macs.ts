/** One MAC for each host, that distributed routers use between hosts. Source: neutron/db/dvr_mac_db.py. */
import { randomBytes } from "node:crypto";
import { Collection, type Stored } from "../../store/collection.ts";
import { NeutronError } from "../errors.ts";
import type { Call, Change } from "../resource.ts";

export interface DvrMac extends Stored {
  readonly host: string;
  readonly mac_address: string;
}

export const dvrMacs = new Collection<DvrMac>("dvr_mac", {
  unique: { host: (m) => m.host, mac_address: (m) => m.mac_address },
});

const TRIES = 16;

export function dvrMacList(call: Call): Promise<DvrMac[]> {
  return dvrMacs.list(call.reader);
}

/** The MAC of a host, which gets one when it has none. */
export async function dvrMacOf(change: Change, host: string): Promise<string> {
  const known = await dvrMacs.holder(change.reader, "host", host);
  const found = known === undefined ? undefined : await dvrMacs.get(change.reader, known);
  if (found) return found.mac_address;
  const base = change.neutron.config.DEFAULT.dvr_base_mac;
  for (let i = 0; i < TRIES; i++) {
    const mac_address = randomMac(base);
    if (await dvrMacs.holder(change.reader, "mac_address", mac_address)) continue;
    await dvrMacs.insert(change.tx, { id: change.neutron.newId(), host, mac_address });
    return mac_address;
  }
  throw new NeutronError(
    "unavailable",
    "HostMacAddressGenerationFailure",
    `Unable to generate unique mac for host ${host}.`,
  );
}

/** Three octets of the base, or four when the fourth is not 00; the rest at random. neutron_lib/utils/net.py get_random_mac. */
function randomMac(base: string): string {
  const octets = base.split(":");
  const kept = octets.slice(0, octets[3] === "00" ? 3 : 4);
  const drawn = [...randomBytes(octets.length - kept.length)].map((byte) => byte.toString(16).padStart(2, "0"));
  return [...kept, ...drawn].join(":");
}
