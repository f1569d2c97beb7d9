/** A DHCP message as bytes (RFC 2131, RFC 2132). */
import type { DhcpMessage } from "../net/packet.ts";
import { ip4Bytes, macBytes, u32 } from "./bytes.ts";

const TYPES: Record<DhcpMessage["type"], number> = { DISCOVER: 1, OFFER: 2, REQUEST: 3, ACK: 5, NAK: 6 };
const COOKIE = [0x63, 0x82, 0x53, 0x63];
/** BOOTP's smallest message, which DHCP clients and relays still expect (RFC 951). */
const MIN_LENGTH = 300;

type Encoder = (value: string) => number[];
const addresses: Encoder = (value) =>
  value
    .split(/[,\s]+/)
    .filter(Boolean)
    .flatMap((one) => ip4Bytes(one));
const text: Encoder = (value) => [...new TextEncoder().encode(value)];
const seconds: Encoder = (value) => u32(Number.parseInt(value, 10) || 0);

/** Options that dnsmasq names or numbers, with how their value is written. */
const OPTIONS: Record<string, [code: number, encode: Encoder]> = {
  "subnet-mask": [1, addresses],
  netmask: [1, addresses],
  router: [3, addresses],
  "dns-server": [6, addresses],
  "host-name": [12, text],
  hostname: [12, text],
  "domain-name": [15, text],
  mtu: [26, (value) => [(Number(value) >>> 8) & 0xff, Number(value) & 0xff]],
  broadcast: [28, addresses],
  "lease-time": [51, seconds],
};

/** @param broadcast the client has no address yet and asks for an answer to all. */
export function dhcpBytes(message: DhcpMessage, length: number, clientAddress: string | undefined): number[] {
  const request = message.type === "DISCOVER" || message.type === "REQUEST";
  const bytes = [
    request ? 1 : 2,
    1,
    6,
    0,
    ...u32(message.xid),
    0,
    0,
    0,
    0,
    ...ip4Bytes(clientAddress),
    ...ip4Bytes(message.yiaddr),
    ...ip4Bytes(request ? undefined : message.serverId),
    0,
    0,
    0,
    0,
    ...macBytes(message.chaddr),
    ...Array.from({ length: 10 + 64 + 128 }, () => 0),
    ...COOKIE,
    53,
    1,
    TYPES[message.type],
  ];
  if (message.requestedIp) bytes.push(50, 4, ...ip4Bytes(message.requestedIp));
  if (message.serverId) bytes.push(54, 4, ...ip4Bytes(message.serverId));
  for (const [name, value] of Object.entries(message.options ?? {})) bytes.push(...option(name, value));
  bytes.push(255);
  while (bytes.length < Math.max(MIN_LENGTH, length)) bytes.push(0);
  return bytes;
}

function option(name: string, value: string): number[] {
  const known = OPTIONS[name];
  if (!known) return [];
  const [code, encode] = known;
  const data = encode(value).slice(0, 255);
  return data.length === 0 ? [] : [code, data.length, ...data];
}
