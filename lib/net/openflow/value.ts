/**
 * Field values as text and as 32-bit words. A value of n bits is ceil(n/32) words, most significant first, so that
 * 48 bits are [high 16, low 32].
 */
import type { Field } from "./field.ts";

export type Words = readonly number[];

const HEX = /^0[xX]([0-9a-fA-F]+)$/;
const DECIMAL = /^[0-9]+$/;

/** An integer in any base that C's strtoull(…, 0) takes, as bigint; undefined when it is not one. */
export function parseInteger(text: string): bigint | undefined {
  if (HEX.test(text) || DECIMAL.test(text)) return BigInt(text);
  return undefined;
}

/** Same, for values that must be below `limit` (at most 2^53). */
function parseNumber(text: string, limit: number): number | undefined {
  if (text.length === 0 || text.length > 18 || !(DECIMAL.test(text) || HEX.test(text))) return undefined;
  const n = Number(text);
  return n < limit ? n : undefined;
}

export function bigToWords(value: bigint, bits: number): number[] | undefined {
  if (value < 0n || value >> BigInt(bits) !== 0n) return undefined;
  const words: number[] = [];
  for (let i = Math.ceil(bits / 32) - 1; i >= 0; i--) words.push(Number((value >> BigInt(i * 32)) & 0xffffffffn));
  return words;
}

export function wordsToBig(words: Words): bigint {
  let n = 0n;
  for (const w of words) n = (n << 32n) | BigInt(w >>> 0);
  return n;
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  if (c >= 97 && c <= 102) return c - 87;
  if (c >= 65 && c <= 70) return c - 55;
  return -1;
}

/** `fa:16:3e:…` as [high 16 bits, low 32 bits]. Octets may have one digit, as sscanf("%x") would take them. */
export function parseMac(text: string): [number, number] | undefined {
  let high = 0;
  let low = 0;
  let octet = -1;
  let count = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : 58;
    if (c === 58) {
      if (octet < 0 || count > 5) return undefined;
      if (count < 2) high = (high << 8) | octet;
      else low = ((low << 8) | octet) >>> 0;
      count++;
      octet = -1;
      continue;
    }
    const d = hexDigit(c);
    if (d < 0 || octet > 15) return undefined;
    octet = octet < 0 ? d : octet * 16 + d;
  }
  return count === 6 ? [high, low] : undefined;
}

const OCTET = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));

export function formatMac(high: number, low: number): string {
  return `${OCTET[(high >>> 8) & 255]}:${OCTET[high & 255]}:${OCTET[low >>> 24]}:${OCTET[(low >>> 16) & 255]}:${OCTET[(low >>> 8) & 255]}:${OCTET[low & 255]}`;
}

export function parseIpv4(text: string): number | undefined {
  let address = 0;
  let octet = -1;
  let count = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : 46;
    if (c === 46) {
      if (octet < 0 || count > 3) return undefined;
      address = ((address << 8) | octet) >>> 0;
      count++;
      octet = -1;
      continue;
    }
    if (c < 48 || c > 57) return undefined;
    octet = Math.max(octet, 0) * 10 + c - 48;
    if (octet > 255) return undefined;
  }
  return count === 4 ? address : undefined;
}

export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

export function parseIpv6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = (part: string): number[] | undefined => {
    if (part === "") return [];
    const out: number[] = [];
    const pieces = part.split(":");
    for (const [i, piece] of pieces.entries()) {
      if (piece.includes(".")) {
        const v4 = parseIpv4(piece);
        if (v4 === undefined || i !== pieces.length - 1) return undefined;
        out.push(v4 >>> 16, v4 & 0xffff);
      } else if (/^[0-9a-fA-F]{1,4}$/.test(piece)) out.push(Number.parseInt(piece, 16));
      else return undefined;
    }
    return out;
  };
  const head = groups(halves[0] as string);
  const tail = halves.length === 2 ? groups(halves[1] as string) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return [0, 2, 4, 6].map((i) => (((all[i] as number) << 16) | (all[i + 1] as number)) >>> 0);
}

/** RFC 5952 text, as inet_ntop writes it. */
export function formatIpv6(words: Words): string {
  const groups = words.flatMap((w) => [w >>> 16, w & 0xffff]);
  if (
    words[0] === 0 &&
    words[1] === 0 &&
    ((words[2] as number) === 0xffff || (words[2] === 0 && (words[3] as number) > 0xffff))
  )
    return `::${words[2] === 0xffff ? "ffff:" : ""}${formatIpv4(words[3] as number)}`;
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && groups[i + n] === 0) n++;
    if (n > bestLength) {
      best = i;
      bestLength = n;
    }
  }
  const hex = (part: number[]): string => part.map((g) => g.toString(16)).join(":");
  if (best < 0) return hex(groups);
  return `${hex(groups.slice(0, best))}::${hex(groups.slice(best + bestLength))}`;
}

/** Reserved OpenFlow ports by the 16-bit numbers that Open vSwitch uses inside. */
export const RESERVED_PORTS: Readonly<Record<string, number>> = {
  IN_PORT: 0xfff8,
  TABLE: 0xfff9,
  NORMAL: 0xfffa,
  FLOOD: 0xfffb,
  ALL: 0xfffc,
  CONTROLLER: 0xfffd,
  LOCAL: 0xfffe,
  NONE: 0xffff,
  ANY: 0xffff,
  UNSET: 0xfff7,
};

const CT_STATE_BITS: Readonly<Record<string, number>> = {
  new: 1,
  est: 2,
  rel: 4,
  rpl: 8,
  inv: 16,
  trk: 32,
  snat: 64,
  dnat: 128,
};
const TCP_FLAG_BITS: Readonly<Record<string, number>> = {
  fin: 1,
  syn: 2,
  rst: 4,
  psh: 8,
  ack: 16,
  urg: 32,
  ece: 64,
  cwr: 128,
  ns: 256,
};
const TUNNEL_FLAG_BITS = { oam: 1 };
const FRAGMENTS: Readonly<Record<string, [number, number]>> = {
  no: [0, 3],
  yes: [1, 1],
  first: [1, 3],
  later: [3, 3],
  not_later: [0, 2],
};

/** `+new-est`, `new|trk`, `0x21/0x3f` → value and mask. */
function parseFlags(text: string, bits: Readonly<Record<string, number>>, all: number): [number, number] | undefined {
  if (/^[+-]/.test(text)) {
    let value = 0;
    let mask = 0;
    for (const m of text.matchAll(/([+-])([a-z]+|.)/g)) {
      const bit = bits[m[2] as string];
      if (bit === undefined || mask & bit) return undefined;
      mask |= bit;
      if (m[1] === "+") value |= bit;
    }
    return [value, mask];
  }
  const [v, m] = text.split("/", 2) as [string, string?];
  let value = parseNumber(v, 0x100000000);
  if (value === undefined) {
    value = 0;
    for (const word of v.split("|")) {
      const bit = bits[word];
      if (bit === undefined) return undefined;
      value |= bit;
    }
  }
  const mask = m === undefined ? all : parseNumber(m, 0x100000000);
  return mask === undefined ? undefined : [value, mask];
}

const ONES = new Map<number, number[]>();

function ones(bits: number): number[] {
  let words = ONES.get(bits);
  if (!words) {
    words = bigToWords((1n << BigInt(bits)) - 1n, bits) as number[];
    ONES.set(bits, words);
  }
  return words;
}

function prefixMask(bits: number, length: number): number[] {
  return bigToWords(((1n << BigInt(length)) - 1n) << BigInt(bits - length), bits) as number[];
}

function parsePlain(field: Field, text: string): number[] | undefined {
  switch (field.format) {
    case "ethernet":
      return parseMac(text);
    case "ipv4": {
      const a = parseIpv4(text);
      return a === undefined ? undefined : [a];
    }
    case "ipv6":
      return parseIpv6(text);
    case "port": {
      const reserved = RESERVED_PORTS[text.toUpperCase()];
      const n = reserved ?? parseNumber(text, 0x100000000);
      return n === undefined ? undefined : [n > 0xffff ? n & 0xffff : n];
    }
    case "packet-type": {
      const m = /^\((\d+),(0x[0-9a-fA-F]+|\d+)\)$/.exec(text);
      return m ? [((Number(m[1]) << 16) | Number(m[2])) >>> 0] : undefined;
    }
    case "decimal":
    case "hexadecimal":
    case "frag":
    case "tcp-flags":
    case "ct-state":
    case "tunnel-flags": {
      // OpenFlow 1.0 wrote an untagged packet so (OFP10_VLAN_NONE).
      if (field.name === "dl_vlan" && (text === "0xffff" || text === "65535")) return [0xffff];
      if (field.bits <= 32) {
        const n = parseNumber(text, 2 ** field.bits);
        return n === undefined ? undefined : [n];
      }
      const n = parseInteger(text);
      return n === undefined ? undefined : bigToWords(n, field.bits);
    }
  }
}

/** Value and mask of `field=text`, as `ovs-ofctl` reads them; undefined when the text is no value of the field. */
export function parseFieldValue(
  field: Field,
  value: string,
  mask?: string,
): { value: number[]; mask: number[] } | undefined {
  const full = mask === undefined ? value : `${value}/${mask}`;
  if (field.format === "ct-state" || field.format === "tcp-flags" || field.format === "tunnel-flags") {
    const bits =
      field.format === "ct-state" ? CT_STATE_BITS : field.format === "tcp-flags" ? TCP_FLAG_BITS : TUNNEL_FLAG_BITS;
    const flags = parseFlags(full, bits, field.format === "ct-state" ? 0xffffffff : 2 ** field.bits - 1);
    return flags && { value: [(flags[0] & flags[1]) >>> 0], mask: [flags[1]] };
  }
  if (field.format === "frag" && mask === undefined) {
    const frag = FRAGMENTS[value];
    if (frag) return { value: [frag[0]], mask: [frag[1]] };
  }
  const v = parsePlain(field, value);
  if (!v) return undefined;
  if (mask === undefined) return { value: v, mask: ones(field.bits) };
  let m: number[] | undefined;
  if ((field.format === "ipv4" || field.format === "ipv6") && DECIMAL.test(mask)) {
    const length = Number(mask);
    m = length <= field.bits ? prefixMask(field.bits, length) : undefined;
  } else m = parsePlain(field, mask);
  if (!m) return undefined;
  const mm = m;
  return { value: v.map((w, i) => (w & (mm[i] as number)) >>> 0), mask: mm };
}

function prefixLength(mask: Words): number | undefined {
  const n = wordsToBig(mask);
  const bits = mask.length * 32;
  let length = 0;
  while (length < bits && (n >> BigInt(bits - 1 - length)) & 1n) length++;
  return n === ((1n << BigInt(length)) - 1n) << BigInt(bits - length) ? length : undefined;
}

function formatFlags(value: number, mask: number, bits: Readonly<Record<string, number>>): string {
  return Object.entries(bits)
    .filter(([, bit]) => mask & bit)
    .map(([name, bit]) => `${value & bit ? "+" : "-"}${name}`)
    .join("");
}

function formatPlain(field: Field, words: Words): string {
  switch (field.format) {
    case "ethernet":
      return formatMac(words[0] as number, words[1] as number);
    case "ipv4":
      return formatIpv4(words[0] as number);
    case "ipv6":
      return formatIpv6(words);
    case "port": {
      const n = words[0] as number;
      return Object.entries(RESERVED_PORTS).find(([, v]) => v === n)?.[0] ?? String(n);
    }
    case "packet-type":
      return `(${(words[0] as number) >>> 16},0x${((words[0] as number) & 0xffff).toString(16)})`;
    case "decimal":
      return String(wordsToBig(words));
    default: {
      const n = wordsToBig(words);
      if (/^vlan_tci|^eth_type$/.test(field.name)) return `0x${n.toString(16).padStart(4, "0")}`;
      return n === 0n ? "0" : `0x${n.toString(16)}`;
    }
  }
}

/** The text that `ovs-ofctl dump-flows` has for a value; the mask part only where bits are left out. */
export function formatFieldValue(field: Field, value: Words, mask?: Words): { value: string; mask?: string } {
  const whole = mask === undefined || wordsToBig(mask) === (1n << BigInt(field.bits)) - 1n;
  if (field.format === "frag") {
    const m = mask?.[0] ?? 3;
    const name = Object.entries(FRAGMENTS).find(([, [v, k]]) => v === value[0] && k === m)?.[0];
    if (name) return { value: name };
  }
  if (mask && (field.format === "ct-state" || (!whole && field.format === "tcp-flags")))
    return {
      value: formatFlags(
        value[0] as number,
        mask[0] as number,
        field.format === "ct-state" ? CT_STATE_BITS : TCP_FLAG_BITS,
      ),
    };
  if (whole) return { value: formatPlain(field, value) };
  const m = mask as Words;
  if (field.format === "ipv4" || field.format === "ipv6") {
    const length = prefixLength(m);
    if (length !== undefined) return { value: formatPlain(field, value), mask: String(length) };
  }
  const hex =
    field.format === "decimal" ? (w: Words) => `0x${wordsToBig(w).toString(16)}` : (w: Words) => formatPlain(field, w);
  return { value: hex(value), mask: hex(m) };
}
