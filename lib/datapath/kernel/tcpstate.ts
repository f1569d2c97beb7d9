/**
 * TCP states of conntrack without sequence numbers: the table of net/netfilter/nf_conntrack_proto_tcp.c. Windows are not
 * checked, so a packet that only a window makes invalid counts as valid.
 */

export const TCP_FIN = 1;
export const TCP_SYN = 2;
export const TCP_RST = 4;
export const TCP_ACK = 16;

const STATES = [
  "NONE",
  "SYN_SENT",
  "SYN_RECV",
  "ESTABLISHED",
  "FIN_WAIT",
  "CLOSE_WAIT",
  "LAST_ACK",
  "TIME_WAIT",
  "CLOSE",
  "SYN_SENT2",
] as const;
export type TcpState = (typeof STATES)[number];

// One letter for each of STATES: what a segment makes of it. V is invalid, G is ignored (state kept, packet passes).
type Row = string;
// Letters: N none, S syn_sent, R syn_recv, E established, F fin_wait, W close_wait, L last_ack, T time_wait, X close, 2 syn_sent2.
const NAMES: Record<string, TcpState> = {
  N: "NONE",
  S: "SYN_SENT",
  R: "SYN_RECV",
  E: "ESTABLISHED",
  F: "FIN_WAIT",
  W: "CLOSE_WAIT",
  L: "LAST_ACK",
  T: "TIME_WAIT",
  X: "CLOSE",
  "2": "SYN_SENT2",
};
type Segment = "syn" | "synack" | "fin" | "ack" | "rst" | "none";
const ORIGINAL: Record<Segment, Row> = {
  syn: "SSGGGGGSS2",
  synack: "VVRVVVVVVR",
  fin: "VVFFLLLTXV",
  ack: "EVEEWWTTXV",
  rst: "VXXXXXXXXX",
  none: "VVVVVVVVVV",
};
const REPLY: Record<Segment, Row> = {
  syn: "V2VVVVVSV2",
  synack: "VRGGGGGGGR",
  fin: "VVFFLLLTXV",
  ack: "VGREWWTTXG",
  rst: "VXXXXXXXXX",
  none: "VVVVVVVVVV",
};

function segment(flags: number): Segment {
  if (flags & TCP_RST) return "rst";
  if (flags & TCP_SYN) return flags & TCP_ACK ? "synack" : "syn";
  if (flags & TCP_FIN) return "fin";
  return flags & TCP_ACK ? "ack" : "none";
}

/** State after a segment; undefined when the segment is invalid there. */
export function nextTcpState(state: string, direction: "original" | "reply", flags: number): TcpState | undefined {
  const column = STATES.indexOf(state as TcpState);
  const letter = (direction === "original" ? ORIGINAL : REPLY)[segment(flags)].charAt(column < 0 ? 3 : column);
  if (letter === "G") return STATES[column < 0 ? 3 : column];
  return NAMES[letter];
}
