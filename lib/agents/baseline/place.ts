/** Where a host stands in the provider's networks. All of it follows from the host's number. */
import { parseIpv4 } from "../../net/address.ts";
import type { HostSettings } from "../view.ts";

export interface HostPlace {
  /** Its number among the hosts. */
  readonly number: number;
  /** On eth0, with a prefix length. */
  readonly management: string;
  /** Prefix length of the network that the tunnel endpoints are in. */
  readonly tunnelPrefix: number;
  /** MAC of eth0, eth1, … */
  mac(nic: number): string;
}

/** The network that tunnel endpoints are in by default: 10.0.44.0/24. */
const FIRST_ENDPOINT = 10 * 2 ** 24 + 44 * 2 ** 8;

export function placeOf(settings: HostSettings): HostPlace {
  const number = numberOf(settings);
  return {
    number,
    management: `192.168.${250 - (Math.floor(number / 254) % 250)}.${number < 255 ? number : (number % 254) + 1}/24`,
    tunnelPrefix: 24,
    mac: (nic) => `52:54:${hex(Math.floor(number / 10_000))}:${decimal(number)}:${decimal(number / 100)}:${hex(nic)}`,
  };
}

/** The last part of its tunnel endpoint, so that an administrator knows it by its addresses; without one, by its name. */
function numberOf({ name, localIp }: HostSettings): number {
  const endpoint = localIp === undefined ? undefined : parseIpv4(localIp);
  if (endpoint !== undefined) {
    const number = endpoint - FIRST_ENDPOINT;
    return number > 0 && number < 2 ** 16 ? number : endpoint & 0xffff;
  }
  let number = 0;
  for (const letter of name) number = (number * 31 + letter.charCodeAt(0)) % 200;
  return 50 + number;
}

/** Two decimal digits, as they are read in a MAC. */
function decimal(value: number): string {
  return String(Math.floor(value) % 100).padStart(2, "0");
}

function hex(value: number): string {
  return (value & 0xff).toString(16).padStart(2, "0");
}
