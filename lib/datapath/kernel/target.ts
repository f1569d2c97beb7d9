/** Targets of iptables: what a matching rule does (net/netfilter/xt_*.c, nf_nat_masquerade.c, nf_nat_redirect.c). */
import type { Namespace } from "../../host/state.ts";
import type { IptablesTarget, Value } from "../../net/iptables/ast.ts";
import type { IpHeader, Packet } from "../../net/packet.ts";
import { selectAddress } from "./addresses.ts";
import type { Conntrack } from "./conntrack.ts";
import { UNTRACKED } from "./conntrack.ts";
import type { IcmpErrorReason } from "./icmp.ts";
import { parseMark } from "./match.ts";
import { mapNetwork, type NatRange } from "./nat.ts";
import { routeOutput } from "./routing.ts";
import type { Skb } from "./skb.ts";

export interface TargetInput {
  ns: Namespace;
  conntrack: Conntrack;
  hook: string;
  packet: Packet;
  skb: Skb;
  in: string;
  out: string;
}

export type TargetEffect =
  | { kind: "accept" }
  | { kind: "drop" }
  | { kind: "return" }
  | { kind: "continue"; packet?: Packet; skb?: Skb }
  | { kind: "reject"; reason: IcmpErrorReason }
  /** The connection is bound; the rule accepts. */
  | { kind: "nat"; side: "src" | "dst"; range: NatRange }
  | { kind: "unknown"; reason: string };

const CONTINUE: TargetEffect = { kind: "continue" };

/** Everything but jumps. */
export function applyTarget(target: Exclude<IptablesTarget, { kind: "jump" | "goto" }>, i: TargetInput): TargetEffect {
  switch (target.kind) {
    case "ACCEPT":
      return { kind: "accept" };
    case "DROP":
      return { kind: "drop" };
    case "RETURN":
      return { kind: "return" };
    case "none":
    case "LOG":
    case "NFLOG":
    case "TRACE":
    case "CHECKSUM":
    case "TCPMSS":
    case "CLASSIFY":
      return CONTINUE;
    case "NOTRACK":
      return i.skb.ct ? CONTINUE : { kind: "continue", skb: { ...i.skb, ct: UNTRACKED } };
    case "CT":
      return ctTarget(target, i.skb);
    case "REJECT":
      return rejectTarget(target.rejectWith?.value ?? "icmp-port-unreachable");
    case "SNAT":
      return natTarget("src", target.toSource, target.random ?? target.randomFully);
    case "DNAT":
      return natTarget("dst", target.toDestination, target.random);
    case "MASQUERADE":
      return masquerade(i, target.toPorts, target.random ?? target.randomFully);
    case "REDIRECT":
      return redirect(i, target.toPorts, target.random);
    case "NETMAP":
      return netmap(i, target.to);
    case "MARK":
      return markTarget(target, i.skb);
    case "CONNMARK":
      return connmarkTarget(target, i.skb);
    case "TTL":
    case "HL":
      return changeIp(i, (ip) => ({ ...ip, ttl: newTtl(ip.ttl, target) }));
    case "TOS": {
      const tos = target.setTos && parseMark(target.setTos.value);
      if (!tos) return { kind: "unknown", reason: "a TOS target cannot be read" };
      return changeIp(i, (ip) => ({ ...ip, tos: ((ip.tos & ~tos.mask) ^ tos.value) & 0xff }));
    }
    case "DSCP": {
      const dscp = target.setDscp && parseMark(target.setDscp.value);
      if (!dscp) return { kind: "unknown", reason: "a DSCP class is not supported" };
      return changeIp(i, (ip) => ({ ...ip, tos: (ip.tos & 3) | (dscp.value << 2) }));
    }
    case "SET":
    case "TPROXY":
    case "NFQUEUE":
      return { kind: "unknown", reason: `target ${target.kind} is not supported` };
    case "opaque":
      return { kind: "unknown", reason: `target ${target.name} is not supported` };
  }
}

/** Whether a rule that may or may not match changes nothing that we follow. */
export function isHarmless(target: IptablesTarget): boolean {
  return ["none", "LOG", "NFLOG", "TRACE", "CHECKSUM", "TCPMSS", "CLASSIFY"].includes(target.kind);
}

function ctTarget(t: Extract<IptablesTarget, { kind: "CT" }>, skb: Skb): TargetEffect {
  if (skb.ct || skb.ctTemplate) return CONTINUE;
  if (t.notrack) return { kind: "continue", skb: { ...skb, ct: UNTRACKED } };
  const options = [
    ["both", t.zone],
    ["original", t.zoneOrig],
    ["reply", t.zoneReply],
  ] as const;
  const [direction, value] = options.find(([, v]) => v) ?? (["both", undefined] as const);
  if (!value) return { kind: "continue", skb: { ...skb, ctTemplate: { zone: 0, direction: "both" } } };
  const zone = value.value === "mark" ? skb.mark & 0xffff : Number(value.value);
  if (!Number.isInteger(zone)) return { kind: "unknown", reason: "a CT zone cannot be read" };
  return { kind: "continue", skb: { ...skb, ctTemplate: { zone, direction } } };
}

const REJECTIONS: Record<string, IcmpErrorReason> = {
  "icmp-net-unreachable": "net-unreachable",
  "icmp-host-unreachable": "host-unreachable",
  "icmp-proto-unreachable": "proto-unreachable",
  "icmp-port-unreachable": "port-unreachable",
  "icmp-net-prohibited": "net-prohibited",
  "icmp-host-prohibited": "host-prohibited",
  "icmp-admin-prohibited": "admin-prohibited",
  "icmp6-no-route": "net-unreachable",
  "icmp6-adm-prohibited": "admin-prohibited",
  "icmp6-addr-unreachable": "host-unreachable",
  "icmp6-port-unreachable": "port-unreachable",
  "tcp-reset": "tcp-reset",
};

function rejectTarget(how: string): TargetEffect {
  const reason = REJECTIONS[how];
  return reason ? { kind: "reject", reason } : { kind: "unknown", reason: `REJECT with ${how} is not supported` };
}

/** `a[-b][:p[-q]]`, `[a]:p`, `:p-q`. */
export function parseNatRange(text: string): NatRange | undefined {
  const m =
    /^(?:\[([0-9a-fA-F:.]+)(?:\]-\[|-)?([0-9a-fA-F:.]+)?\]|([\d.]+)(?:-([\d.]+))?|([0-9a-fA-F]*:[0-9a-fA-F:]*)(?:-([0-9a-fA-F:]+))?)?(?::(\d+)(?:-(\d+))?)?$/.exec(
      text,
    );
  if (!m) return undefined;
  const range: NatRange = {};
  const min = m[1] ?? m[3] ?? m[5];
  const max = m[2] ?? m[4] ?? m[6];
  if (min) range.min = min;
  if (max) range.max = max;
  if (m[7] !== undefined) range.ports = { from: Number(m[7]), to: Number(m[8] ?? m[7]) };
  return range;
}

function natTarget(side: "src" | "dst", v: Value | undefined, random: object | undefined): TargetEffect {
  const range = v && parseNatRange(v.value);
  if (!range) return { kind: "unknown", reason: "a NAT address cannot be read" };
  return { kind: "nat", side, range: random ? { ...range, random: true } : range };
}

function portsOf(v: Value | undefined): NatRange["ports"] {
  const m = v && /^(\d+)(?:-(\d+))?$/.exec(v.value);
  return m ? { from: Number(m[1]), to: Number(m[2] ?? m[1]) } : undefined;
}

function natTo(side: "src" | "dst", min: string, ports: NatRange["ports"], random: object | undefined): TargetEffect {
  return { kind: "nat", side, range: { min, ...(ports && { ports }), ...(random && { random: true }) } };
}

/** nf_nat_masquerade_ipv4: the address of the output device that suits the next hop. */
function masquerade(i: TargetInput, toPorts: Value | undefined, random: object | undefined): TargetEffect {
  const { ip } = i.packet;
  if (!ip) return CONTINUE;
  const route = routeOutput(i.ns, { dst: ip.dst, mark: i.skb.mark, oif: i.out });
  const nexthop = route.kind === "unicast" ? route.nexthop : ip.dst;
  const address = selectAddress(i.ns, i.out, ip.version, nexthop, "global");
  return address === undefined ? { kind: "drop" } : natTo("src", address, portsOf(toPorts), random);
}

/** nf_nat_redirect_ipv4: to this host itself. */
function redirect(i: TargetInput, toPorts: Value | undefined, random: object | undefined): TargetEffect {
  const family = i.packet.ip?.version ?? 4;
  const loopback = family === 4 ? "127.0.0.1" : "::1";
  const address = i.hook === "OUTPUT" ? loopback : selectAddress(i.ns, i.in, family, undefined, "global");
  return address === undefined ? { kind: "drop" } : natTo("dst", address, portsOf(toPorts), random);
}

function netmap(i: TargetInput, to: Value | undefined): TargetEffect {
  const m = to && /^([^/]+)(?:\/(\d+))?$/.exec(to.value);
  const { ip } = i.packet;
  if (!ip || !m?.[1]) return { kind: "unknown", reason: "a NETMAP network cannot be read" };
  const side = i.hook === "POSTROUTING" || i.hook === "INPUT" ? "src" : "dst";
  const prefix = m[2] === undefined ? (ip.version === 4 ? 32 : 128) : Number(m[2]);
  const address = mapNetwork(side === "src" ? ip.src : ip.dst, m[1], prefix);
  if (address === undefined) return { kind: "unknown", reason: "a NETMAP network cannot be read" };
  return natTo(side, address, undefined, undefined);
}

/** The operation of --set-xmark and its relatives as (mark & ~clear) ^ xor. */
function markOperation(
  t: Extract<IptablesTarget, { kind: "MARK" | "CONNMARK" }>,
): { clear: number; xor: number } | undefined {
  const read = (v: Value | undefined) => v && parseMark(v.value);
  const [set, xset] = [read(t.setMark), read(t.setXmark)];
  if (xset) return { clear: xset.mask, xor: xset.value };
  if (set) return { clear: (set.mask | set.value) >>> 0, xor: set.value };
  const [and, or, xor] = [read(t.andMark), read(t.orMark), read(t.xorMark)];
  if (and) return { clear: ~and.value >>> 0, xor: 0 };
  if (or) return { clear: or.value, xor: or.value };
  return xor && { clear: 0, xor: xor.value };
}

function markTarget(t: Extract<IptablesTarget, { kind: "MARK" }>, skb: Skb): TargetEffect {
  const op = markOperation(t);
  if (!op) return { kind: "unknown", reason: "a MARK target cannot be read" };
  return { kind: "continue", skb: { ...skb, mark: ((skb.mark & ~op.clear) ^ op.xor) >>> 0 } };
}

/** xt_connmark.c, connmark_tg: without a connection it does nothing. */
function connmarkTarget(t: Extract<IptablesTarget, { kind: "CONNMARK" }>, skb: Skb): TargetEffect {
  if (t.leftShiftMark || t.rightShiftMark) return { kind: "unknown", reason: "shifts of CONNMARK are not supported" };
  const c = skb.ct?.connection;
  if (!c) return CONTINUE;
  if (t.saveMark || t.restoreMark) {
    const both = t.mask && parseMark(t.mask.value)?.value;
    const nf = (t.nfmask && parseMark(t.nfmask.value)?.value) ?? both ?? 0xffffffff;
    const ctm = (t.ctmask && parseMark(t.ctmask.value)?.value) ?? both ?? 0xffffffff;
    if (t.restoreMark) return { kind: "continue", skb: { ...skb, mark: ((skb.mark & ~nf) ^ (c.mark & ctm)) >>> 0 } };
    c.mark = ((c.mark & ~ctm) ^ (skb.mark & nf)) >>> 0;
    return CONTINUE;
  }
  const op = markOperation(t);
  if (!op) return { kind: "unknown", reason: "a CONNMARK target cannot be read" };
  c.mark = ((c.mark & ~op.clear) ^ op.xor) >>> 0;
  return CONTINUE;
}

function newTtl(ttl: number, t: Extract<IptablesTarget, { kind: "TTL" | "HL" }>): number {
  if (t.set) return Number(t.set.value);
  if (t.inc) return Math.min(255, ttl + Number(t.inc.value));
  return t.dec ? Math.max(0, ttl - Number(t.dec.value)) : ttl;
}

function changeIp(i: TargetInput, change: (ip: IpHeader) => IpHeader): TargetEffect {
  const { ip } = i.packet;
  return ip ? { kind: "continue", packet: { ...i.packet, ip: change(ip) } } : CONTINUE;
}
