/** Addresses that a port may use besides its own. Source: neutron_lib/api/validators/allowedaddresspairs.py, neutron/db/allowedaddresspairs_db.py. */
import { conflict, httpBadRequest, NeutronError } from "../errors.ts";
import { ipAddress, ipOrCidr, mac } from "../kind/address.ts";
import { Invalid, type Kind, show } from "../kind/kind.ts";
import type { Port } from "./model.ts";

export interface AddressPairRequest {
  readonly ip_address: string;
  /** Absent: the port's own. */
  readonly mac_address?: string;
}

export type AddressPairs = Port["allowed_address_pairs"];

/** type:allowed_address_pairs; how many there may be is the configuration's. */
export const addressPairs: Kind<readonly AddressPairRequest[]> = {
  parse(value) {
    if (value === null) return [];
    if (!Array.isArray(value)) throw httpBadRequest("Allowed address pairs must be a list.");
    const seen = new Set<string>();
    return value.map((item: unknown) => {
      const pair = readPair(item);
      const key = `${pair.mac_address} ${pair.ip_address}`;
      if (seen.has(key)) throw duplicatePair(pair.mac_address ?? "None", pair.ip_address);
      seen.add(key);
      return pair;
    });
  },
};

function readPair(item: unknown): AddressPairRequest {
  if (typeof item !== "object" || item === null || Array.isArray(item))
    throw new Invalid(`'${show(item)}' is not a dictionary`);
  const { ip_address, mac_address, ...more } = item as Record<string, unknown>; // Looked at just above.
  const unknown = Object.keys(more);
  if (unknown.length > 0) throw httpBadRequest(`Unrecognized attribute(s) '${unknown.join(", ")}'`);
  if (ip_address === undefined)
    throw new NeutronError("bad-request", "AllowedAddressPairsMissingIP", "AllowedAddressPair must contain ip_address");
  const isNetwork = typeof ip_address === "string" && ip_address.includes("/");
  const pair = { ip_address: parsed(isNetwork ? ipOrCidr : ipAddress, ip_address) };
  return mac_address === undefined ? pair : { ...pair, mac_address: parsed(mac, mac_address) };
}

/** The reason alone is the message here. */
function parsed<T>(kind: Kind<T>, value: unknown): T {
  try {
    return kind.parse(value);
  } catch (error) {
    throw error instanceof Invalid ? httpBadRequest(error.message) : error;
  }
}

/** As they are kept. */
export function pairsOf(request: readonly AddressPairRequest[] | undefined, ownMac: string): AddressPairs {
  const seen = new Set<string>();
  return (request ?? []).map(({ ip_address, mac_address = ownMac }) => {
    const key = `${mac_address} ${ip_address}`;
    if (seen.has(key)) throw duplicatePair(mac_address, ip_address);
    seen.add(key);
    return { mac_address, ip_address };
  });
}

function duplicatePair(macAddress: string, ipAddress: string): NeutronError {
  return new NeutronError(
    "bad-request",
    "DuplicateAddressPairInRequest",
    `Request contains duplicate address pair: mac_address ${macAddress} ip_address ${ipAddress}.`,
  );
}

export function checkPairLimit(pairs: readonly unknown[] | undefined, max: number): void {
  if (pairs && pairs.length > max)
    throw new NeutronError(
      "bad-request",
      "AllowedAddressPairExhausted",
      `The number of allowed address pair exceeds the maximum ${max}.`,
    );
}

export function pairsNeedSecurity(): NeutronError {
  return conflict(
    "AddressPairAndPortSecurityRequired",
    "Port Security must be enabled in order to have allowed address pairs on a port.",
  );
}
