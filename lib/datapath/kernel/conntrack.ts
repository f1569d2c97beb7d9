/**
 * Connection tracking: one table for each network namespace (and one for a userspace OVS datapath), with zones. It is
 * seeded by recorded entries and keeps what a walk adds, so that reply legs find the requests' connections.
 * Mutable on purpose: it is the one memory that a walk carries from leg to leg beside learned MACs.
 * Mirrors net/netfilter/nf_conntrack_core.c and nf_nat_core.c.
 */
import type { ConntrackEntry } from "../../host/state.ts";
import type { Packet } from "../../net/packet.ts";
import { chooseTuple, type NatRange } from "./nat.ts";
import { nextTcpState, TCP_ACK, TCP_RST, TCP_SYN } from "./tcpstate.ts";
import {
  type CtTuple,
  ICMP,
  ICMP6,
  invertTuple,
  isIcmp,
  recordedTuple,
  rewriteSide,
  sameTuple,
  TCP,
  tupleKey,
  tupleOf,
} from "./tuple.ts";

export type CtState = "new" | "established" | "related" | "invalid" | "untracked";
export type CtDirection = "original" | "reply";

/** A zone may hold for one direction only (`CT --zone-orig`): the other direction is then in zone 0. */
export interface CtZones {
  original: number;
  reply: number;
}

export interface Connection {
  zones: CtZones;
  original: CtTuple;
  /** As replies will look on the wire: differs from the mirrored original where NAT applies. */
  reply: CtTuple;
  confirmed: boolean;
  seenReply: boolean;
  assured: boolean;
  mark: number;
  /** 128-bit ct_label. */
  label: bigint;
  /** NAT bindings decided, even when to nothing (IPS_SRC_NAT_DONE, IPS_DST_NAT_DONE). */
  srcDone: boolean;
  dstDone: boolean;
  /** Bindings that change something (IPS_SRC_NAT, IPS_DST_NAT). */
  snat: boolean;
  dnat: boolean;
  /** TCP state name, as conntrack prints it. */
  tcp?: string;
  /** Taken out of the table; packets on their way still hold it. */
  dead?: true;
  /** The recorded entry that it came from; absent for what the walk made. */
  recorded?: ConntrackEntry;
}

/** Conntrack's judgement of one packet. */
export interface PacketCt {
  state: CtState;
  direction: CtDirection;
  /** Zone of the packet's direction. */
  zone: number;
  /** Absent for invalid and untracked packets. For an ICMP error: the connection of the packet it quotes. */
  connection?: Connection;
}

export const UNTRACKED: PacketCt = { state: "untracked", direction: "original", zone: 0 };

export interface ConntrackOptions {
  /** net.netfilter.nf_conntrack_tcp_loose: an ACK without a connection starts one. On by default, as in the kernel. */
  tcpLoose?: boolean;
}

interface Indexed {
  connection: Connection;
  direction: CtDirection;
}

export class Conntrack {
  readonly #recorded: Map<string, { entry: ConntrackEntry; direction: CtDirection }[]>;
  readonly #taken = new Map<ConntrackEntry, Connection>();
  readonly #index = new Map<string, Indexed[]>();
  readonly #tcpLoose: boolean;

  constructor(entries: readonly ConntrackEntry[], options: ConntrackOptions = {}) {
    this.#recorded = recordedIndex(entries);
    this.#tcpLoose = options.tcpLoose ?? true;
  }

  /** Judges a packet: looks its tuple up in both directions, makes an unconfirmed connection when there is none. */
  track(packet: Packet, zone: number | CtZones): PacketCt {
    const zones = typeof zone === "number" ? { original: zone, reply: zone } : zone;
    const invalid: PacketCt = { state: "invalid", direction: "original", zone: zones.original };
    const tuple = tupleOf(packet);
    if (!tuple) return invalid;
    const { l4 } = packet;
    if (isIcmp(tuple.proto)) {
      if (!l4) return invalid;
      if (l4.kind === "icmp6" && UNTRACKED_ICMP6.includes(l4.type)) return { ...UNTRACKED, zone: zones.original };
      if (isIcmpError(packet)) return this.#trackError(packet, zones) ?? invalid;
    }
    const found = this.#find(tuple, zones);
    if (!found) return this.#create(packet, tuple, zones) ?? invalid;
    const { connection, direction } = found;
    if (l4?.kind === "tcp") {
      const closed = connection.tcp === "TIME_WAIT" || connection.tcp === "CLOSE";
      if (closed && direction === "original" && (l4.flags & (TCP_SYN | TCP_ACK)) === TCP_SYN) {
        // A closed connection gives way to a new one (nf_conntrack_tcp_packet, case TCP_CONNTRACK_SYN_SENT).
        this.#remove(connection);
        return this.#create(packet, tuple, zones) ?? invalid;
      }
      const next = nextTcpState(connection.tcp ?? "ESTABLISHED", direction, l4.flags);
      if (next === undefined) return invalid;
      const opened = connection.tcp === "SYN_RECV" || connection.tcp === "ESTABLISHED";
      if (connection.seenReply && opened && next === "ESTABLISHED") connection.assured = true;
      connection.tcp = next;
      // "If only reply is a RST, we can consider ourselves not to have an established connection."
      if (l4.flags & TCP_RST && !connection.seenReply) this.#remove(connection);
    }
    const pct: PacketCt = { state: "established", direction, zone: connection.zones[direction], connection };
    if (direction === "reply") connection.seenReply = true;
    else if (!connection.seenReply) pct.state = "new";
    return pct;
  }

  /**
   * Binds a connection that is not bound at this side yet to a new source or destination; without a range the binding is
   * "none" (it may still move a port that is taken). The text tells a choice that the kernel makes by chance.
   */
  bind(ct: PacketCt, side: "src" | "dst", range?: NatRange): string | undefined {
    const c = ct.connection;
    if (!c || (side === "src" ? c.srcDone : c.dstDone)) return undefined;
    const current = invertTuple(c.reply);
    let assumed: string | undefined;
    if (current) {
      const wanted = range ?? { min: side === "src" ? current.src : current.dst };
      const chosen = chooseTuple(c.original, current, side, wanted, (t) => this.#isTaken(t, c), this.#sources(c));
      assumed = chosen.assumed;
      const reply = invertTuple(chosen.tuple);
      if (reply && !sameTuple(chosen.tuple, current)) {
        c.reply = reply;
        if (side === "src") c.snat = true;
        else c.dnat = true;
      }
    }
    if (side === "src") c.srcDone = true;
    else c.dstDone = true;
    return assumed;
  }

  /**
   * The packet left by POSTROUTING or reached a socket (or OVS committed it): the connection becomes real. A text is the
   * other connection that has its tuple already: the packet is dropped.
   */
  confirm(ct: PacketCt): string | undefined {
    const c = ct.connection;
    // A rejection goes the other way and makes nothing real (__nf_conntrack_confirm).
    if (!c || c.confirmed || ct.direction === "reply") return undefined;
    const first = this.#find(c.original, c.zones);
    const other = first ?? this.#find(c.reply, c.zones);
    if (other) {
      const same =
        first && sameTuple(first.connection.original, c.original) && sameTuple(first.connection.reply, c.reply);
      if (!same) return formatConnection(other.connection);
      // Another copy of the same packet was faster (a flood): its connection holds (nf_ct_resolve_clash).
      ct.connection = first.connection;
      return undefined;
    }
    c.confirmed = true;
    this.#insert(c);
    return undefined;
  }

  /** Connections that the recorded entries do not have. */
  made(): Connection[] {
    return [...this.#index.values()].flatMap((list) =>
      list.flatMap(({ connection, direction }) => (direction === "original" ? [connection] : [])),
    );
  }

  /** Forgets a connection, as `conntrack -D` and OVS ct(force) do. */
  forget(c: Connection): void {
    this.#remove(c);
  }

  #create(packet: Packet, tuple: CtTuple, zones: CtZones): PacketCt | undefined {
    const reply = invertTuple(tuple);
    if (!reply || !mayStart(packet)) return undefined;
    const connection: Connection = {
      zones,
      original: tuple,
      reply,
      confirmed: false,
      seenReply: false,
      assured: false,
      mark: 0,
      label: 0n,
      srcDone: false,
      dstDone: false,
      snat: false,
      dnat: false,
    };
    if (packet.l4?.kind === "tcp") {
      const state = nextTcpState("NONE", "original", packet.l4.flags);
      if (state === undefined || (state === "ESTABLISHED" && !this.#tcpLoose)) return undefined;
      connection.tcp = state;
    }
    return { state: "new", direction: "original", zone: zones.original, connection };
  }

  /** An ICMP error belongs to the connection of the packet it quotes (nf_conntrack_inet_error). */
  #trackError(packet: Packet, zones: CtZones): PacketCt | undefined {
    const quoted = packet.quoted && tupleOf(packet.quoted);
    const inverted = quoted && invertTuple(quoted);
    const found = inverted && this.#find(inverted, zones);
    if (!found) return undefined;
    const { connection, direction } = found;
    if (connection[direction].dst !== packet.ip?.dst) return undefined;
    return { state: "related", direction, zone: connection.zones[direction], connection };
  }

  #find(tuple: CtTuple, zones: CtZones): Indexed | undefined {
    const key = tupleKey(tuple);
    for (const i of this.#index.get(key) ?? []) if (i.connection.zones[i.direction] === zones[i.direction]) return i;
    for (const { entry, direction } of this.#recorded.get(key) ?? []) {
      const connection = this.#connectionOf(entry);
      if (connection?.zones[direction] === zones[direction]) return { connection, direction };
    }
    return undefined;
  }

  #connectionOf(entry: ConntrackEntry): Connection | undefined {
    let c = this.#taken.get(entry);
    if (!c) {
      c = fromRecorded(entry);
      this.#taken.set(entry, c);
    }
    return c.dead ? undefined : c;
  }

  #insert(connection: Connection): void {
    for (const direction of ["original", "reply"] as const) {
      const key = tupleKey(connection[direction]);
      const list = this.#index.get(key);
      if (list) list.push({ connection, direction });
      else this.#index.set(key, [{ connection, direction }]);
    }
  }

  #remove(connection: Connection): void {
    connection.dead = true;
    for (const direction of ["original", "reply"] as const) {
      const list = this.#index.get(tupleKey(connection[direction]));
      const at = list?.findIndex((i) => i.connection === connection) ?? -1;
      if (list && at >= 0) list.splice(at, 1);
    }
  }

  /** Whether replies to `tuple` would be taken for another connection's (nf_nat_used_tuple). */
  #isTaken(tuple: CtTuple, self: Connection): boolean {
    const reply = invertTuple(tuple);
    const found = reply && this.#find(reply, self.zones);
    return found !== undefined && found.connection !== self;
  }

  /** Source bindings of connections from the same source: the kernel prefers the same mapping again (find_appropriate_src). */
  #sources(c: Connection): CtTuple[] {
    const out: CtTuple[] = [];
    for (const list of this.#index.values()) {
      for (const { connection: o, direction } of list) {
        if (direction !== "original" || o.original.src !== c.original.src || o.original.sport !== c.original.sport)
          continue;
        if (o.original.proto !== c.original.proto || o.zones.original !== c.zones.original) continue;
        const mapped = invertTuple(o.reply);
        if (mapped) out.push(mapped);
      }
    }
    return out;
  }
}

/** nf_conntrack_proto_icmpv6.c, noct_valid_new: multicast listener and neighbour discovery are never tracked. */
const UNTRACKED_ICMP6 = [130, 131, 132, 133, 134, 135, 136, 143];
const ICMP_REQUESTS = [8, 13, 15, 17];
const ICMP6_REQUESTS = [128, 139];

function isIcmpError(packet: Packet): boolean {
  const { l4 } = packet;
  if (l4?.kind === "icmp") return [3, 4, 5, 11, 12].includes(l4.type);
  return l4?.kind === "icmp6" && l4.type < 128;
}

/** Whether a packet without connection may start one: of ICMP only questions may. */
function mayStart(packet: Packet): boolean {
  const { l4 } = packet;
  if (l4?.kind === "icmp") return ICMP_REQUESTS.includes(l4.type);
  if (l4?.kind === "icmp6") return ICMP6_REQUESTS.includes(l4.type);
  return true;
}

/**
 * Rewrites the packet as the connection's bindings demand at this side; a reply has them undone, an ICMP error has the
 * packet it quotes rewritten too (nf_nat_packet, nf_nat_icmp_reply_translation). The same packet when nothing applies.
 */
export function translate(packet: Packet, ct: PacketCt, side: "src" | "dst"): Packet {
  const c = ct.connection;
  if (!c) return packet;
  const other = side === "src" ? "dst" : "src";
  const bound = ct.direction === "original" ? side : other;
  if (!(bound === "src" ? c.snat : c.dnat)) return packet;
  const opposite = ct.direction === "original" ? c.reply : c.original;
  const target = invertTuple(opposite);
  if (!target) return packet;
  if (ct.state !== "related" || !isIcmp(packet.ip?.proto ?? 0)) return rewriteSide(packet, target, side);
  const quoted = packet.quoted && rewriteSide(packet.quoted, opposite, other);
  const outer = rewriteSide(packet, target, side);
  return quoted ? { ...outer, quoted } : outer;
}

/** A connection as `conntrack -L` prints it, without timeout and use count. */
export function formatConnection(c: Connection): string {
  const words: string[] = [PROTOCOL_NAMES[c.original.proto] ?? "unknown", String(c.original.proto)];
  if (c.tcp) words.push(c.tcp);
  words.push(formatTuple(c.original));
  if (!c.seenReply) words.push("[UNREPLIED]");
  words.push(formatTuple(c.reply));
  if (c.assured) words.push("[ASSURED]");
  words.push(`mark=${c.mark}`);
  const { original, reply } = c.zones;
  if (original === reply) {
    if (original !== 0) words.push(`zone=${original}`);
  } else {
    if (original !== 0) words.push(`zone-orig=${original}`);
    if (reply !== 0) words.push(`zone-reply=${reply}`);
  }
  return words.join(" ");
}

const PROTOCOL_NAMES: Record<number, string> = {
  [ICMP]: "icmp",
  [TCP]: "tcp",
  17: "udp",
  [ICMP6]: "icmpv6",
  132: "sctp",
};

function formatTuple(t: CtTuple): string {
  const ends = `src=${t.src} dst=${t.dst}`;
  if (isIcmp(t.proto)) return `${ends} type=${t.dport >> 8} code=${t.dport & 255} id=${t.sport}`;
  return `${ends} sport=${t.sport} dport=${t.dport}`;
}

function fromRecorded(entry: ConntrackEntry): Connection {
  const original = recordedTuple(entry.original, entry.proto);
  const reply = recordedTuple(entry.reply, entry.proto);
  const plain = invertTuple(original) ?? reply;
  const icmp = isIcmp(entry.proto);
  const c: Connection = {
    zones: { original: entry.zoneOriginal ?? entry.zone, reply: entry.zoneReply ?? entry.zone },
    original,
    reply,
    confirmed: true,
    seenReply: !entry.flags.includes("UNREPLIED"),
    assured: entry.flags.includes("ASSURED"),
    mark: entry.mark,
    label: 0n,
    srcDone: true,
    dstDone: true,
    snat: reply.dst !== plain.dst || (icmp ? reply.sport !== plain.sport : reply.dport !== plain.dport),
    dnat: reply.src !== plain.src || (!icmp && reply.sport !== plain.sport),
    recorded: entry,
  };
  if (entry.state !== undefined && entry.proto === TCP) c.tcp = entry.state;
  return c;
}

const recordedIndexes = new WeakMap<
  readonly ConntrackEntry[],
  Map<string, { entry: ConntrackEntry; direction: CtDirection }[]>
>();

function recordedIndex(entries: readonly ConntrackEntry[]) {
  let index = recordedIndexes.get(entries);
  if (index) return index;
  index = new Map();
  for (const entry of entries) {
    for (const direction of ["original", "reply"] as const) {
      const key = tupleKey(recordedTuple(entry[direction], entry.proto));
      const list = index.get(key);
      if (list) list.push({ entry, direction });
      else index.set(key, [{ entry, direction }]);
    }
  }
  recordedIndexes.set(entries, index);
  return index;
}
