/**
 * Kinds of addresses: an IP address, a network, a MAC. Values become canonical text.
 * Source: neutron_lib/api/validators/__init__.py, neutron_lib/api/converters.py.
 */
import {
  BROADCAST_MAC,
  type Cidr,
  canonicalIp,
  canonicalMac,
  networkBase,
  parseCidr,
  ZERO_MAC,
} from "../../net/address.ts";
import { invalidInput } from "../errors.ts";
import { Invalid, type Kind, show } from "./kind.ts";

/** type:ip_address after convert_ip_to_canonical_format. */
export const ipAddress: Kind<string> = {
  parse(value) {
    const reason = ipReason(value);
    if (reason !== undefined) throw new Invalid(reason);
    return canonicalIp(String(value)) ?? "";
  },
  filter: (text) => canonicalIp(text) ?? text,
};

/** Why a value is no IP address, as validate_ip_address says it; undefined when it is one. */
export function ipReason(value: unknown): string | undefined {
  if (typeof value === "string") {
    if (canonicalIp(value) !== undefined) return undefined;
    const plain = withoutLeadingZeros(value);
    if (plain !== undefined) return `'${value}' is not an accepted IP address, '${plain}' is recommended`;
  }
  return `'${show(value)}' is not a valid IP address`;
}

/** `10.0.0.010` may mean 8 or 10: it is refused, with the decimal reading. */
function withoutLeadingZeros(text: string): string | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  return canonicalIp(text.split(".").map(Number).join("."));
}

/** type:subnet_or_none after convert_cidr_to_canonical_format: host bits are kept, a bare address is a network of one. */
export const cidr: Kind<string> = {
  parse(value) {
    const parsed = parseNetwork(value);
    if (parsed === undefined) throw invalidInput(`${show(value)} is not in a CIDR format`);
    return `${parsed.address}/${parsed.prefix}`;
  },
  filter: (text) => {
    const parsed = parseNetwork(text);
    return parsed ? `${parsed.address}/${parsed.prefix}` : text;
  },
};

/** type:subnet: a network as it must be written, since nothing converts it. */
export const writtenCidr: Kind<string> = {
  parse(value) {
    const reason = cidrReason(value);
    if (reason !== undefined) throw new Invalid(reason);
    return String(value);
  },
};

function cidrReason(value: unknown): string | undefined {
  const parsed = parseNetwork(value);
  if (parsed === undefined) return `'${show(value)}' is not a valid IP subnet`;
  const text = String(value);
  if (text.includes("/") && (parsed.family === 6 || text === `${parsed.address}/${parsed.prefix}`)) return undefined;
  return `'${text}' isn't a recognized IP subnet cidr, '${networkBase(parsed)}/${parsed.prefix}' is recommended`;
}

/** type:ip_or_subnet_or_none: e.g. of allowed address pairs. The value stays as it is written. */
export const ipOrCidr: Kind<string> = {
  parse(value) {
    if (ipReason(value) !== undefined && cidrReason(value) !== undefined)
      throw new Invalid(`'${show(value)}' is neither a valid IP address, nor is it a valid IP subnet`);
    return String(value);
  },
};

/** type:route_cidr: why a value is no destination of a route. */
export function routeReason(value: unknown): string | undefined {
  const parsed = parseNetwork(value);
  if (parsed === undefined) return `'${show(value)}' is not a valid CIDR`;
  const text = String(value);
  if (!text.includes("/") || networkBase(parsed) !== parsed.address)
    return `'${text}' is not a recognized CIDR, '${networkBase(parsed)}/${parsed.prefix}' is recommended`;
  return /^127\.|^::1$/.test(parsed.address) ? `'${text}' is not a routable CIDR` : undefined;
}

/** What netaddr.IPNetwork reads: also `10/8`, and a bare address. */
function parseNetwork(value: unknown): Cidr | undefined {
  if (typeof value !== "string") return undefined;
  const short = /^(\d{1,3}(?:\.\d{1,3}){0,2})(\/.*)$/.exec(value);
  if (!short?.[1]) return parseCidr(value);
  const octets = short[1].split(".");
  return parseCidr([...octets, ...Array(4 - octets.length).fill("0")].join(".") + short[2]);
}

/** type:mac_address after convert_to_sanitized_mac_address. */
export const mac: Kind<string> = {
  parse(value) {
    const canonical = typeof value === "string" ? sanitizedMac(value) : undefined;
    if (canonical === undefined || canonical === ZERO_MAC || canonical === BROADCAST_MAC)
      throw new Invalid(`'${show(value)}' is not a valid MAC address`);
    return canonical;
  },
  filter: (text) => sanitizedMac(text) ?? text,
};

/** Colons, dashes, Cisco's dots, PostgreSQL's one dash, or nothing between the digits, as netaddr takes them. */
function sanitizedMac(text: string): string | undefined {
  const bare = /^([0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}|[0-9a-f]{6}[-:]?[0-9a-f]{6})$/i.test(text);
  return canonicalMac(bare ? text.replace(/[.:-]/g, "").replace(/..(?=.)/g, "$&:") : text);
}
