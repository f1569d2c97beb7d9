/** Modified EUI-64 interface identifiers (RFC 4291, appendix A): the address that a host makes of a prefix and its MAC. */
import { formatIpv6, parseMac } from "./address.ts";
import { ipNumber, networkRange } from "./range.ts";

/** Throws RangeError for what is no network, or no MAC. */
export function eui64Address(cidr: string, mac: string): string {
  const number = parseMac(mac);
  if (number === undefined) throw new RangeError(`not a MAC address: ${mac.slice(0, 60)}`);
  const bits = BigInt(number);
  const identifier = ((bits >> 24n) << 40n) | (0xfffen << 24n) | (bits & 0xffffffn);
  return formatIpv6(networkRange(cidr).first + (identifier ^ (1n << 57n)));
}

/** The address that a device gives itself. Throws RangeError for what is no MAC. */
export function linkLocalAddress(mac: string): string {
  const number = parseMac(mac);
  if (number === undefined) throw new RangeError(`not a MAC address: ${mac.slice(0, 60)}`);
  const maker = Math.floor(number / 2 ** 24);
  const device = number % 2 ** 24;
  const first = (maker >> 8) ^ 0x200;
  const groups = [((maker & 0xff) << 8) | 0xff, 0xfe00 | (device >> 16), device & 0xffff];
  return `fe80::${[...(first === 0 ? [] : [first]), ...groups].map((group) => group.toString(16)).join(":")}`;
}

/** Whether an address looks as if a MAC were in it. */
export function isEui64Address(address: string): boolean {
  return address.includes(":") && ((ipNumber(address) >> 24n) & 0xffffn) === 0xfffen;
}
