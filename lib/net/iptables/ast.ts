/** iptables-save as data. Owned with parse.ts and print.ts; `parse(print(x))` equals `x`. */

export interface IptablesRuleset {
  family: 4 | 6;
  tables: IptablesTable[];
}
export interface IptablesTable {
  name: "raw" | "mangle" | "nat" | "filter" | "security";
  chains: IptablesChain[];
}
export interface IptablesChain {
  name: string;
  /** Built-in chains have a policy; user chains none. */
  policy?: "ACCEPT" | "DROP";
  packets: number;
  bytes: number;
  rules: IptablesRule[];
}
export interface IptablesRule {
  packets: number;
  bytes: number;
  matches: IptablesMatch[];
  target: IptablesTarget;
  /** Present when something in the rule is unknown to us: such a rule is undecidable. */
  unsupported?: string;
  /** The rule as printed, without counters: `-A chain …`. */
  text: string;
}

/** An option without a value; `not` where `!` stands before it. */
export interface Flag {
  not: boolean;
}
/** An option with its value, as iptables-save prints it. */
export interface Value {
  not: boolean;
  value: string;
}
/** An option with two words (`--tcp-flags mask set`, `--match-set name src,dst`). */
export interface Pair {
  not: boolean;
  values: [string, string];
}
/** A word of a rule that we carry without knowing what it means. */
export interface Word {
  text: string;
  quoted: boolean;
}

export interface SourceMatch extends Value {
  kind: "source";
}
export interface DestinationMatch extends Value {
  kind: "destination";
}
export interface InInterfaceMatch extends Value {
  kind: "in-interface";
}
export interface OutInterfaceMatch extends Value {
  kind: "out-interface";
}
export interface ProtocolMatch extends Value {
  kind: "protocol";
}
export interface FragmentMatch extends Flag {
  kind: "fragment";
}
export interface PhysdevMatch {
  kind: "physdev";
  isIn?: Flag;
  in?: Value;
  isOut?: Flag;
  out?: Value;
  isBridged?: Flag;
}
export interface StateMatch {
  kind: "state";
  state?: Value;
}
export interface ConntrackMatch {
  kind: "conntrack";
  ctstate?: Value;
  ctproto?: Value;
  ctorigsrc?: Value;
  ctorigdst?: Value;
  ctreplsrc?: Value;
  ctrepldst?: Value;
  ctorigsrcport?: Value;
  ctorigdstport?: Value;
  ctreplsrcport?: Value;
  ctrepldstport?: Value;
  ctstatus?: Value;
  ctexpire?: Value;
  ctdir?: Value;
}
export interface SetMatch {
  kind: "set";
  matchSet?: Pair;
  returnNomatch?: Flag;
  updateCounters?: Flag;
  updateSubcounters?: Flag;
  packetsEq?: Value;
  packetsLt?: Value;
  packetsGt?: Value;
  bytesEq?: Value;
  bytesLt?: Value;
  bytesGt?: Value;
}
export interface MacMatch {
  kind: "mac";
  macSource?: Value;
}
export interface MultiportMatch {
  kind: "multiport";
  sports?: Value;
  dports?: Value;
  ports?: Value;
}
export interface TcpMatch {
  kind: "tcp";
  sport?: Value;
  dport?: Value;
  tcpOption?: Value;
  tcpFlags?: Pair;
  syn?: Flag;
}
export interface UdpMatch {
  kind: "udp";
  sport?: Value;
  dport?: Value;
}
export interface SctpMatch {
  kind: "sctp";
  sport?: Value;
  dport?: Value;
  chunkTypes?: Pair;
}
export interface IcmpMatch {
  kind: "icmp";
  icmpType?: Value;
}
export interface Icmp6Match {
  kind: "icmp6";
  icmpv6Type?: Value;
}
export interface CommentMatch {
  kind: "comment";
  comment?: Value;
}
export interface MarkMatch {
  kind: "mark";
  mark?: Value;
}
export interface ConnmarkMatch {
  kind: "connmark";
  mark?: Value;
}
export interface AddrtypeMatch {
  kind: "addrtype";
  srcType?: Value;
  dstType?: Value;
  limitIfaceIn?: Flag;
  limitIfaceOut?: Flag;
}
export interface LimitMatch {
  kind: "limit";
  limit?: Value;
  limitBurst?: Value;
}
export interface IprangeMatch {
  kind: "iprange";
  srcRange?: Value;
  dstRange?: Value;
}
export interface LengthMatch {
  kind: "length";
  length?: Value;
}
export interface TtlMatch {
  kind: "ttl";
  eq?: Value;
  lt?: Value;
  gt?: Value;
}
export interface HlMatch {
  kind: "hl";
  eq?: Value;
  lt?: Value;
  gt?: Value;
}
export interface PkttypeMatch {
  kind: "pkttype";
  pktType?: Value;
}
export interface TosMatch {
  kind: "tos";
  tos?: Value;
}
export interface DscpMatch {
  kind: "dscp";
  dscp?: Value;
}
export interface OwnerMatch {
  kind: "owner";
  socketExists?: Flag;
  uidOwner?: Value;
  gidOwner?: Value;
  supplGroups?: Flag;
}
export interface StatisticMatch {
  kind: "statistic";
  mode?: Value;
  probability?: Value;
  every?: Value;
  packet?: Value;
}
export interface RecentMatch {
  kind: "recent";
  set?: Flag;
  rcheck?: Flag;
  update?: Flag;
  remove?: Flag;
  seconds?: Value;
  reap?: Flag;
  hitcount?: Value;
  rttl?: Flag;
  name?: Value;
  mask?: Value;
  rsource?: Flag;
  rdest?: Flag;
}
/** A match extension that is carried, not judged (u32, hashlimit, string, bpf, …). */
export interface OpaqueMatch {
  kind: "opaque";
  name: string;
  words: Word[];
}

export type IptablesMatch =
  | SourceMatch
  | DestinationMatch
  | InInterfaceMatch
  | OutInterfaceMatch
  | ProtocolMatch
  | FragmentMatch
  | PhysdevMatch
  | StateMatch
  | ConntrackMatch
  | SetMatch
  | MacMatch
  | MultiportMatch
  | TcpMatch
  | UdpMatch
  | SctpMatch
  | IcmpMatch
  | Icmp6Match
  | CommentMatch
  | MarkMatch
  | ConnmarkMatch
  | AddrtypeMatch
  | LimitMatch
  | IprangeMatch
  | LengthMatch
  | TtlMatch
  | HlMatch
  | PkttypeMatch
  | TosMatch
  | DscpMatch
  | OwnerMatch
  | StatisticMatch
  | RecentMatch
  | OpaqueMatch;

export interface JumpTarget {
  kind: "jump";
  chain: string;
}
export interface GotoTarget {
  kind: "goto";
  chain: string;
}
/** A rule without -j only counts. */
export interface NoTarget {
  kind: "none";
}
export interface PlainTarget {
  kind: "ACCEPT" | "DROP" | "RETURN" | "NOTRACK" | "TRACE";
}
export interface RejectTarget {
  kind: "REJECT";
  rejectWith?: Value;
}
export interface SnatTarget {
  kind: "SNAT";
  toSource?: Value;
  random?: Flag;
  randomFully?: Flag;
  persistent?: Flag;
}
export interface DnatTarget {
  kind: "DNAT";
  toDestination?: Value;
  random?: Flag;
  persistent?: Flag;
}
export interface MasqueradeTarget {
  kind: "MASQUERADE";
  toPorts?: Value;
  random?: Flag;
  randomFully?: Flag;
}
export interface RedirectTarget {
  kind: "REDIRECT";
  toPorts?: Value;
  random?: Flag;
}
export interface NetmapTarget {
  kind: "NETMAP";
  to?: Value;
}
export interface MarkTarget {
  kind: "MARK";
  setMark?: Value;
  setXmark?: Value;
  andMark?: Value;
  orMark?: Value;
  xorMark?: Value;
}
export interface ConnmarkTarget {
  kind: "CONNMARK";
  setMark?: Value;
  setXmark?: Value;
  andMark?: Value;
  orMark?: Value;
  xorMark?: Value;
  saveMark?: Flag;
  restoreMark?: Flag;
  nfmask?: Value;
  ctmask?: Value;
  mask?: Value;
  leftShiftMark?: Value;
  rightShiftMark?: Value;
}
export interface CtTarget {
  kind: "CT";
  notrack?: Flag;
  helper?: Value;
  timeout?: Value;
  ctevents?: Value;
  expevents?: Value;
  zoneOrig?: Value;
  zoneReply?: Value;
  zone?: Value;
}
export interface ChecksumTarget {
  kind: "CHECKSUM";
  fill?: Flag;
}
export interface LogTarget {
  kind: "LOG";
  prefix?: Value;
  level?: Value;
  tcpSequence?: Flag;
  tcpOptions?: Flag;
  ipOptions?: Flag;
  uid?: Flag;
  macdecode?: Flag;
}
export interface NflogTarget {
  kind: "NFLOG";
  group?: Value;
  prefix?: Value;
  range?: Value;
  size?: Value;
  threshold?: Value;
}
export interface TproxyTarget {
  kind: "TPROXY";
  onPort?: Value;
  onIp?: Value;
  tproxyMark?: Value;
}
export interface TcpmssTarget {
  kind: "TCPMSS";
  setMss?: Value;
  clampToPmtu?: Flag;
}
export interface ClassifyTarget {
  kind: "CLASSIFY";
  setClass?: Value;
}
export interface NfqueueTarget {
  kind: "NFQUEUE";
  queueNum?: Value;
  queueBalance?: Value;
  queueBypass?: Flag;
  cpuFanout?: Flag;
}
export interface TtlTarget {
  kind: "TTL" | "HL";
  set?: Value;
  dec?: Value;
  inc?: Value;
}
export interface TosTarget {
  kind: "TOS";
  setTos?: Value;
}
export interface DscpTarget {
  kind: "DSCP";
  setDscp?: Value;
  setDscpClass?: Value;
}
export interface SetTarget {
  kind: "SET";
  addSet?: Pair;
  delSet?: Pair;
  mapSet?: Pair;
  timeout?: Value;
  exist?: Flag;
}
/** A target extension that is carried, not judged. */
export interface OpaqueTarget {
  kind: "opaque";
  name: string;
  words: Word[];
}

export type IptablesTarget =
  | JumpTarget
  | GotoTarget
  | NoTarget
  | PlainTarget
  | RejectTarget
  | SnatTarget
  | DnatTarget
  | MasqueradeTarget
  | RedirectTarget
  | NetmapTarget
  | MarkTarget
  | ConnmarkTarget
  | CtTarget
  | ChecksumTarget
  | LogTarget
  | NflogTarget
  | TproxyTarget
  | TcpmssTarget
  | ClassifyTarget
  | NfqueueTarget
  | TtlTarget
  | TosTarget
  | DscpTarget
  | SetTarget
  | OpaqueTarget;
