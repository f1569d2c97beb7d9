/**
 * IPv4, IPv6, CIDR and MAC addresses: text to numbers and back. Canonical text is what every Linux tool prints: dotted
 * IPv4, RFC 5952 IPv6, lower-case colon MACs. IPv4 values are unsigned 32-bit numbers, IPv6 values bigints of 128 bits.
 * Nothing here throws unless its name says so: what does not parse is undefined.
 */

export type IpFamily = 4 | 6;

export type IpValue = { family: 4; value: number } | { family: 6; value: bigint };

export interface Cidr {
  family: IpFamily;
  /** Canonical text of the address as written: host bits are kept. */
  address: string;
  prefix: number;
}

/** Dotted quad to an unsigned 32-bit number; leading zeros, short forms and signs do not parse. */
export function parseIpv4(text: string): number | undefined {
  const n = text.length;
  if (n < 7 || n > 15) return undefined;
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < n; i++) {
    const c = text.charCodeAt(i);
    if (c === 46) {
      if (octet < 0 || dots === 3) return undefined;
      value = value * 256 + octet;
      octet = -1;
      dots++;
    } else if (c >= 48 && c <= 57) {
      if (octet === 0) return undefined;
      octet = (octet < 0 ? 0 : octet * 10) + c - 48;
      if (octet > 255) return undefined;
    } else return undefined;
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : undefined;
}

export function formatIpv4(value: number): string {
  return `${(value >>> 24) & 255}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** Any RFC 4291 form (`::`, embedded IPv4) to 128 bits; a zone (`%eth0`) does not parse. */
export function parseIpv6(text: string): bigint | undefined {
  if (text.length < 2 || text.length > 45 || !text.includes(":")) return undefined;
  const gap = text.indexOf("::");
  if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) return undefined;
  const head = ipv6Groups(gap < 0 ? text : text.slice(0, gap), gap < 0);
  const tail = gap < 0 ? [] : ipv6Groups(text.slice(gap + 2), true);
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (gap < 0 ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const g of head) value = (value << 16n) | BigInt(g);
  value <<= BigInt(16 * missing);
  for (const g of tail) value = (value << 16n) | BigInt(g);
  return value;
}

function ipv6Groups(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    if (last && i === parts.length - 1 && part.includes(".")) {
      const v4 = parseIpv4(part);
      if (v4 === undefined) return undefined;
      groups.push(v4 >>> 16, v4 & 0xffff);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups.length > 8 ? undefined : groups;
}

/** RFC 5952 text, as inet_ntop writes it: the first longest run of two or more zero groups as `::`, embedded IPv4 dotted. */
export function formatIpv6(value: bigint): string {
  const high = value >> 32n;
  if (high === 0xffffn) return `::ffff:${formatIpv4(Number(value & 0xffffffffn))}`;
  if (high === 0n && value > 0xffffn) return `::${formatIpv4(Number(value))}`;
  const groups: number[] = [];
  for (let i = 7; i >= 0; i--) groups.push(Number((value >> BigInt(16 * i)) & 0xffffn));
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; ) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i > length) {
      start = i;
      length = j - i;
    }
    i = j === i ? i + 1 : j;
  }
  const hex = groups.map((g) => g.toString(16));
  if (start < 0) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

export function parseIp(text: string): IpValue | undefined {
  if (text.includes(":")) {
    const value = parseIpv6(text);
    return value === undefined ? undefined : { family: 6, value };
  }
  const value = parseIpv4(text);
  return value === undefined ? undefined : { family: 4, value };
}

export function formatIp(ip: IpValue): string {
  return ip.family === 4 ? formatIpv4(ip.value) : formatIpv6(ip.value);
}

export function familyOf(address: string): IpFamily {
  return address.includes(":") ? 6 : 4;
}

/** Canonical text of an address, or undefined. */
export function canonicalIp(text: string): string | undefined {
  const ip = parseIp(text);
  return ip && formatIp(ip);
}

/** `10.0.0.0/8`, `10.0.0.1` (a host), `10.0.0.0/255.0.0.0`; `default`, `any` and `all` do not parse: they have no family. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf("/");
  const ip = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (!ip) return undefined;
  const width = ip.family === 4 ? 32 : 128;
  if (slash < 0) return { family: ip.family, address: formatIp(ip), prefix: width };
  const rest = text.slice(slash + 1);
  if (/^\d{1,3}$/.test(rest)) {
    const prefix = Number(rest);
    return prefix > width ? undefined : { family: ip.family, address: formatIp(ip), prefix };
  }
  const mask = parseIp(rest);
  if (mask?.family !== ip.family) return undefined;
  const prefix = prefixOfMask(mask);
  return prefix === undefined ? undefined : { family: ip.family, address: formatIp(ip), prefix };
}

function prefixOfMask(mask: IpValue): number | undefined {
  const width = mask.family === 4 ? 32 : 128;
  const bits = BigInt(mask.value).toString(2).padStart(width, "0");
  return /^1*0*$/.test(bits) ? bits.lastIndexOf("1") + 1 : undefined;
}

/** IPv4 netmask of a prefix length, as an unsigned number. */
export function mask4(prefix: number): number {
  return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

export function mask6(prefix: number): bigint {
  return ((1n << BigInt(prefix)) - 1n) << BigInt(128 - prefix);
}

/** A network, ready to be asked many times whether it holds an address. */
export type Network =
  | { family: 4; base: number; mask: number; prefix: number }
  | { family: 6; base: bigint; mask: bigint; prefix: number };

/** Host bits are cleared. */
export function networkOf(cidr: Cidr): Network {
  const ip = requireIp(cidr.address);
  if (ip.family === 4) {
    const mask = mask4(cidr.prefix);
    return { family: 4, base: (ip.value & mask) >>> 0, mask, prefix: cidr.prefix };
  }
  const mask = mask6(cidr.prefix);
  return { family: 6, base: ip.value & mask, mask, prefix: cidr.prefix };
}

export function networkContains(net: Network, ip: IpValue): boolean {
  if (net.family === 4) return ip.family === 4 && (ip.value & net.mask) >>> 0 === net.base;
  return ip.family === 6 && (ip.value & net.mask) === net.base;
}

/** Whether a network written as text holds an address; false when either does not parse. */
export function cidrContains(cidr: string, address: string): boolean {
  const c = parseCidr(cidr);
  const ip = parseIp(address);
  return c !== undefined && ip !== undefined && networkContains(networkOf(c), ip);
}

/** Parses an address that was parsed before: throws RangeError when it is none. */
export function requireIp(address: string): IpValue {
  const ip = parseIp(address);
  if (!ip) throw new RangeError(`not an IP address: ${address.slice(0, 60)}`);
  return ip;
}

/** Colon or dash separated, any case; canonical text, or undefined. */
export function canonicalMac(text: string): string | undefined {
  if (!/^[0-9a-fA-F]{1,2}([:-][0-9a-fA-F]{1,2}){5}$/.test(text)) return undefined;
  return text
    .toLowerCase()
    .split(/[:-]/)
    .map((o) => o.padStart(2, "0"))
    .join(":");
}

/** A MAC as a number of 48 bits (exact in a double). */
export function parseMac(text: string): number | undefined {
  const mac = canonicalMac(text);
  return mac === undefined ? undefined : Number.parseInt(mac.replaceAll(":", ""), 16);
}

export function formatMac(value: number): string {
  return value
    .toString(16)
    .padStart(12, "0")
    .replace(/..(?=.)/g, "$&:");
}

export const BROADCAST_MAC = "ff:ff:ff:ff:ff:ff";
export const ZERO_MAC = "00:00:00:00:00:00";

/** Group bit: broadcast and multicast. `mac` is canonical. */
export function isGroupMac(mac: string): boolean {
  const digit = mac.charAt(1);
  return digit !== "" && "13579bdf".includes(digit);
}

export function isMulticastIp(address: string): boolean {
  if (address.includes(":")) return address.startsWith("ff") && address.indexOf(":") === 4;
  const v = parseIpv4(address);
  return v !== undefined && v >>> 28 === 0xe;
}

export function isLinkLocalIp(address: string): boolean {
  if (address.includes(":")) return /^fe[89ab]./.test(address);
  return address.startsWith("169.254.");
}

export function isLoopbackIp(address: string): boolean {
  return address === "::1" || (!address.includes(":") && address.startsWith("127."));
}

/** The MAC that a multicast address maps to (RFC 1112, RFC 2464). */
export function multicastMac(address: string): string {
  const ip = requireIp(address);
  if (ip.family === 4) return formatMac(0x01005e000000 + (ip.value & 0x7fffff));
  return formatMac(0x333300000000 + Number(ip.value & 0xffffffffn));
}

/** Solicited-node multicast address of an IPv6 address (RFC 4291, 2.7.1). */
export function solicitedNode(address: string): string {
  const ip = requireIp(address);
  return formatIpv6(0xff0200000000000000000001ff000000n | (BigInt(ip.value) & 0xffffffn));
}

/** First address of a network: its name. */
export function networkBase(cidr: Cidr): string {
  const net = networkOf(cidr);
  return net.family === 4 ? formatIpv4(net.base) : formatIpv6(net.base);
}

/** As flows have it: an address, or a network with its prefix length; undefined for one that holds all. */
export function matchedAddress(text: string): string | undefined {
  const cidr = parseCidr(text);
  if (!cidr || cidr.prefix === 0) return undefined;
  const network = networkBase(cidr);
  return cidr.prefix === (cidr.family === 4 ? 32 : 128) ? network : `${network}/${cidr.prefix}`;
}

/** Last address of an IPv4 network: its directed broadcast. */
export function broadcastOf(cidr: Cidr): string | undefined {
  const net = networkOf(cidr);
  return net.family === 4 && net.prefix < 31 ? formatIpv4((net.base | ~net.mask) >>> 0) : undefined;
}

const seen = new Map<string, IpValue | undefined>();

/** `parseIp` with a memory of the last few thousand texts: for hot paths that meet the same addresses again and again. */
export function ipOf(text: string): IpValue | undefined {
  let ip = seen.get(text);
  if (ip === undefined) {
    ip = parseIp(text);
    if (seen.size >= 4096) seen.clear();
    seen.set(text, ip);
  }
  return ip;
}
