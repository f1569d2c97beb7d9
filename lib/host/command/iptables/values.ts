/** Values of rule options, as iptables-save prints them. */
import { parseIp } from "../../../net/address.ts";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../../../net/openflow/value.ts";
import { CommandError } from "../command.ts";

/** Protocol numbers and other names → the name of /etc/protocols. */
export const PROTOCOLS: Readonly<Record<string, string>> = {
  "1": "icmp",
  "2": "igmp",
  "6": "tcp",
  "17": "udp",
  "47": "gre",
  "50": "esp",
  "51": "ah",
  "58": "ipv6-icmp",
  "89": "ospf",
  "112": "vrrp",
  "132": "sctp",
  icmpv6: "ipv6-icmp",
  icmp6: "ipv6-icmp",
};

/** Names of /etc/protocols. */
const OTHER_PROTOCOLS: ReadonlySet<string> = new Set(
  `all icmp igmp tcp udp gre esp ah ipv6-icmp ospf vrrp sctp ip hopopt ggp ipencap st egp igp pup hmp xns-idp rdp iso-tp4
  dccp xtp ddp idpr-cmtp ipv6 ipv6-route ipv6-frag idrp rsvp skip ipv6-nonxt ipv6-opts rspf vmtp eigrp ax.25 ipip etherip
  encap pim ipcomp l2tp isis fc mobility-header mh udplite mpls-in-ip manet hip shim6 wesp rohc ethernet mptcp`.split(
    /\s+/,
  ),
);
const LAST_PROTOCOL = 255;

/** The name of a protocol as iptables-save has it, a number where it has none. */
export function protocolName(value: string): string {
  const plain = value.toLowerCase();
  const name = PROTOCOLS[plain] ?? plain;
  const known = OTHER_PROTOCOLS.has(name) || (/^\d+$/.test(name) && Number(name) <= LAST_PROTOCOL);
  if (!known) throw new CommandError(`unknown protocol "${value}" specified`, 2);
  return name === "ip" ? "all" : name;
}

/** `10.1.2.3/255.255.0.0` → `10.1.0.0/16`; undefined where it takes every address. */
export function address(text: string, family: 4 | 6): string | undefined {
  const [host = "", mask] = text.split("/");
  const width = family === 4 ? 32 : 128;
  const words = family === 4 ? toWords(parseIpv4(host)) : parseIpv6(host);
  const prefix = mask === undefined ? width : prefixLength(mask);
  if (!words || !parseIp(host) || prefix === undefined || prefix > width)
    throw new CommandError(`host/network \`${text}' not found`, 2);
  if (prefix === 0) return undefined;
  const masked = words.map((value, i) => {
    const bits = Math.min(32, Math.max(0, prefix - i * 32));
    return bits === 0 ? 0 : (value & (bits === 32 ? 0xffffffff : ~(0xffffffff >>> bits))) >>> 0;
  });
  return `${family === 4 ? formatIpv4(masked[0] as number) : formatIpv6(masked)}/${prefix}`;
}

function toWords(value: number | undefined): number[] | undefined {
  return value === undefined ? undefined : [value];
}

function prefixLength(mask: string): number | undefined {
  if (/^\d+$/.test(mask)) return Number(mask);
  const bits = parseIpv4(mask);
  if (bits === undefined) return undefined;
  const length = Math.clz32(~bits);
  return bits === (length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0) ? length : undefined;
}

/** libxt_conntrack.c state_print_state, conntrack_dump states. */
const STATES = {
  state: ["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED"],
  conntrack: ["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED", "SNAT", "DNAT"],
};

export function sortStates(text: string, of: keyof typeof STATES): string {
  const order = STATES[of];
  const states = text.toUpperCase().split(",");
  const bad = states.findIndex((one) => !order.includes(one));
  if (bad >= 0)
    throw new CommandError(`Bad ${of === "state" ? "state" : "ctstate"} "${text.split(",").slice(bad).join(",")}"`, 2);
  return states.sort((a, b) => order.indexOf(a) - order.indexOf(b)).join(",");
}

/** libxt_icmp.h: names that agents and operators use. */
const ICMP: Readonly<Record<string, string>> = {
  "echo-reply": "0",
  pong: "0",
  "destination-unreachable": "3",
  "network-unreachable": "3/0",
  "host-unreachable": "3/1",
  "port-unreachable": "3/3",
  "fragmentation-needed": "3/4",
  redirect: "5",
  "echo-request": "8",
  ping: "8",
  "time-exceeded": "11",
  "parameter-problem": "12",
};
const ICMP6: Readonly<Record<string, string>> = {
  "destination-unreachable": "1",
  "packet-too-big": "2",
  "time-exceeded": "3",
  "parameter-problem": "4",
  "echo-request": "128",
  "echo-reply": "129",
  "router-solicitation": "133",
  "router-advertisement": "134",
  "neighbour-solicitation": "135",
  "neighbor-solicitation": "135",
  "neighbour-advertisement": "136",
  "neighbor-advertisement": "136",
  redirect: "137",
};

export function icmpType(text: string, family: 4 | 6): string {
  const type = (family === 4 ? ICMP : ICMP6)[text.toLowerCase()] ?? text;
  if (!/^(\d+(\/\d+)?|any)$/.test(type))
    throw new CommandError(`Unknown ${family === 4 ? "ICMP" : "ICMPv6"} type \`${text}'`, 2);
  // To ICMPv4 this stands for all types.
  return family === 4 && /^255(\/|$)/.test(type) ? "any" : type;
}

/** `1` → `0x1`, with `whole` `0x1/0xffffffff`; a mask stays. */
export function hexMask(text: string, whole: boolean): string {
  const [value = "", mask] = text.split("/");
  const hex = (n: string) => (/^(0x[0-9a-f]+|\d+)$/i.test(n) ? `0x${Number(n).toString(16)}` : n);
  if (mask !== undefined && (whole || Number(mask) !== 0xffffffff)) return `${hex(value)}/${hex(mask)}`;
  return whole ? `${hex(value)}/0xffffffff` : hex(value);
}

/** Of /etc/services: names that operators use. */
const SERVICES: ReadonlyMap<string, string> = new Map(
  `ftp 21, ssh 22, telnet 23, smtp 25, domain 53, bootps 67, bootpc 68, tftp 69, http 80, kerberos 88, pop3 110,
  sunrpc 111, ntp 123, imap2 143, snmp 161, bgp 179, ldap 389, https 443, syslog 514, dhcpv6-client 546,
  dhcpv6-server 547, ldaps 636, imaps 993, nfs 2049, mysql 3306, postgresql 5432, amqp 5672`
    .split(/,\s+/)
    .map((one) => one.split(" ") as [string, string]),
);

/** A port, or the first and last of several, in numbers. */
export function portsOf(text: string, protocol: string): string {
  const ends = [text.split(":", 1)[0] ?? "", ...(text.includes(":") ? [text.slice(text.indexOf(":") + 1)] : [])];
  const [first = "", last] = ends.map((end) => {
    const port = SERVICES.get(end) ?? end;
    if (!isPort(port)) throw new CommandError(`invalid port/service \`${end}' specified`, 2);
    return port;
  });
  // Of UDP it takes those, too (extensions/libxt_udp.c).
  if (protocol === "tcp" && last && Number(first) > Number(last))
    throw new CommandError("invalid portrange (min > max)", 2);
  return last === undefined ? first : `${first}:${last}`;
}

function isPort(text: string): boolean {
  return text === "" || (/^\d+$/.test(text) && Number(text) <= 65_535);
}
