/**
 * Carries out the datapath actions of a trace on a flow key: what leaves by which datapath port, in order, with which
 * headers. Written from the grammar of lib/odp-util.c format_odp_actions; throws on what it does not know.
 */

import { splitTop } from "../../../net/openflow/scan.ts";
import { parseIpv4, parseIpv6, parseMac } from "../../../net/openflow/value.ts";
import { type FlowKey, VLAN_CFI, W } from "../key.ts";
import { popVlan, pushVlan } from "../vlan.ts";
import type { TraceSegment } from "./trace-text.ts";

interface DatapathOutput {
  /** Datapath port number; -1 is the controller. */
  port: number;
  key: FlowKey;
  tun?: { key: number; src?: string; dst: string };
}

interface State {
  key: FlowKey;
  tun: DatapathOutput["tun"] | undefined;
  nat: string | undefined;
  /** The frame is inside a tunnel header: what follows concerns the outer packet. */
  outer?: boolean;
}

/** Runs the first segment, and each recirculation where it stands. Traces list recirculations in the order of their actions. */
export function execute(segments: readonly TraceSegment[], start: FlowKey): DatapathOutput[] {
  // Segments are printed breadth first, so each is paired with its recirc() by counting through them in that order.
  const children = segments.map(() => [] as number[]);
  let next = 1;
  for (const [i, segment] of segments.entries()) {
    const count = (segment.actions.match(/recirc\(/g) ?? []).length;
    for (let k = 0; k < count && next < segments.length; k++) (children[i] as number[]).push(next++);
  }
  const outputs: DatapathOutput[] = [];
  const run = (index: number, state: State): void => {
    const queue = [...(children[index] as number[])];
    const list = (text: string, s: State): void => {
      for (const action of splitTop(text)) one(action, s);
    };
    const one = (action: string, s: State): void => {
      const m = /^([a-z_0-9]+)(?:\((.*)\))?$/.exec(action);
      if (!m) throw new Error(`datapath action ${action}`);
      const [, name, args = ""] = m as unknown as [string, string, string?];
      if (/^\d+$/.test(name)) {
        if (!s.outer) outputs.push({ port: Number(name), key: s.key.slice(), ...(s.tun && { tun: s.tun }) });
        return;
      }
      switch (name) {
        case "drop":
        case "ct_clear":
        case "meter":
        case "sample":
          return;
        case "push_vlan": {
          const o = options(args);
          pushVlan(s.key, Number(o.tpid ?? 0x8100));
          s.key[W.VLAN0] = (Number(o.pcp) << 13) | VLAN_CFI | Number(o.vid);
          return;
        }
        case "pop_vlan":
          popVlan(s.key);
          return;
        case "set":
          set(s, args);
          return;
        case "clone":
          list(args, { ...s, key: s.key.slice() });
          return;
        case "ct":
          s.nat = splitTop(args).find((a) => a.startsWith("nat("));
          return;
        case "recirc": {
          const child = queue.shift();
          if (child === undefined) return;
          const key = s.key.slice();
          if (s.nat) simulateNat(key, s.nat);
          run(child, { key, tun: undefined, nat: undefined });
          return;
        }
        case "userspace":
          if (args.includes("controller(")) outputs.push({ port: -1, key: s.key.slice() });
          return;
        case "tnl_push":
          pushTunnel(s, args, outputs);
          return;
        default:
          throw new Error(`datapath action ${action}`);
      }
    };
    list((segments[index] as TraceSegment).actions, state);
  };
  run(0, { key: start.slice(), tun: undefined, nat: undefined });
  return outputs;
}

function options(text: string): Record<string, string> {
  return Object.fromEntries(
    splitTop(text).map((p) => {
      const i = p.search(/[=(]/);
      return i < 0 ? [p, ""] : [p.slice(0, i), p[i] === "(" ? p.slice(i + 1, -1) : p.slice(i + 1)];
    }),
  );
}

function simulateNat(key: FlowKey, text: string): void {
  const m =
    /^nat\((src|dst)=(\[[0-9a-f:.]+\]|[0-9.]+|[0-9a-f:]+)(?:-(?:\[[0-9a-f:.]+\]|[0-9.]+|[0-9a-f:]+))?(?::(\d+))?/.exec(
      text,
    );
  if (!m) return;
  const address = (m[2] as string).replace(/^\[|\]$/g, "");
  const src = m[1] === "src";
  const v4 = parseIpv4(address);
  if (v4 !== undefined) key[src ? W.NW_SRC : W.NW_DST] = v4;
  else key.set(parseIpv6(address) as number[], src ? W.IPV6_SRC : W.IPV6_DST);
  if (m[3]) key[src ? W.TP_SRC : W.TP_DST] = Number(m[3]);
}

function number(key: FlowKey, word: number, text: string | undefined, shift = 0): void {
  if (text === undefined) return;
  const [value, mask] = text.split("/") as [string, string?];
  const m = (mask === undefined ? 0xffffffff : Number(mask) << shift) >>> 0;
  key[word] = ((key[word] as number) & ~m) | ((Number(value) << shift) & m);
}

function ipv4(key: FlowKey, word: number, text: string | undefined): void {
  if (text === undefined) return;
  const [value, mask] = text.split("/") as [string, string?];
  const m = mask === undefined ? 0xffffffff : (parseIpv4(mask) ?? Number(mask));
  key[word] = ((key[word] as number) & ~m) | ((parseIpv4(value) as number) & m);
}

function ipv6(key: FlowKey, word: number, text: string | undefined): void {
  if (text === undefined) return;
  const [value, mask] = text.split("/") as [string, string?];
  const v = parseIpv6(value) as number[];
  const m = mask === undefined ? [-1, -1, -1, -1] : (parseIpv6(mask) as number[]);
  for (let i = 0; i < 4; i++)
    key[word + i] = ((key[word + i] as number) & ~(m[i] as number)) | ((v[i] as number) & (m[i] as number));
}

function mac(key: FlowKey, word: number, text: string | undefined): void {
  if (text === undefined) return;
  const [value, mask] = text.split("/") as [string, string?];
  const v = parseMac(value) as [number, number];
  const m = mask === undefined ? [0xffff, 0xffffffff] : (parseMac(mask) as [number, number]);
  for (let i = 0; i < 2; i++)
    key[word + i] = ((key[word + i] as number) & ~(m[i] as number)) | ((v[i] as number) & (m[i] as number));
}

function set(s: State, args: string): void {
  const m = /^([a-z_0-9]+)\((.*)\)$/.exec(args);
  if (!m) throw new Error(`set(${args})`);
  const o = options(m[2] as string);
  const { key } = s;
  switch (m[1]) {
    case "skb_priority":
    case "skb_mark":
      return;
    case "eth":
      mac(key, W.DL_SRC, o.src);
      mac(key, W.DL_DST, o.dst);
      return;
    case "ipv4":
      ipv4(key, W.NW_SRC, o.src);
      ipv4(key, W.NW_DST, o.dst);
      number(key, W.NW_TOS, o.tos);
      number(key, W.NW_TTL, o.ttl);
      return;
    case "ipv6":
      ipv6(key, W.IPV6_SRC, o.src);
      ipv6(key, W.IPV6_DST, o.dst);
      number(key, W.IPV6_LABEL, o.label);
      number(key, W.NW_TOS, o.tclass);
      number(key, W.NW_TTL, o.hlimit);
      return;
    case "tcp":
    case "udp":
    case "sctp":
      number(key, W.TP_SRC, o.src);
      number(key, W.TP_DST, o.dst);
      return;
    case "icmp":
    case "icmpv6":
      number(key, W.TP_SRC, o.type);
      number(key, W.TP_DST, o.code);
      return;
    case "arp":
      ipv4(key, W.NW_SRC, o.sip);
      ipv4(key, W.NW_DST, o.tip);
      number(key, W.NW_PROTO, o.op);
      mac(key, W.ARP_SHA, o.sha);
      mac(key, W.ARP_THA, o.tha);
      return;
    case "nd":
      ipv6(key, W.ND_TARGET, o.target);
      mac(key, W.ARP_SHA, o.sll);
      mac(key, W.ARP_THA, o.tll);
      return;
    case "tunnel":
      s.tun = { key: Number(o.tun_id ?? 0), dst: o.dst ?? o.ipv6_dst ?? "", ...(o.src && { src: o.src }) };
      return;
    default:
      throw new Error(`set(${args})`);
  }
}

/** tnl_push(tnl_port(N),header(…ipv4(src=,dst=)…vni=…),out_port(M)): the frame as it enters the tunnel, by the tunnel's port. */
function pushTunnel(s: State, args: string, outputs: DatapathOutput[]): void {
  const port = /tnl_port\((\d+)\)/.exec(args);
  const ip = /ipv4\(src=([0-9.]+),dst=([0-9.]+)/.exec(args);
  const vni = /vni=(0x[0-9a-f]+)|key=(0x[0-9a-f]+)/.exec(args);
  outputs.push({
    port: Number(port?.[1]),
    key: s.key.slice(),
    tun: { key: Number(vni?.[1] ?? vni?.[2] ?? 0), src: ip?.[1] as string, dst: ip?.[2] as string },
  });
  s.outer = true;
}
