/**
 * The options of every extension, in the order that iptables-save prints them (each extension's `save` function in
 * iptables/extensions/libxt_*.c). One table drives parser and printer, so that neither can know what the other does not.
 */
import type { IptablesMatch, IptablesTarget } from "./ast.ts";

export interface OptionSpec {
  /** Field of the AST node. */
  key: string;
  /** `--flag` as printed. */
  flag: string;
  /** `text` is a value that iptables-save quotes where it must. */
  takes: "nothing" | "value" | "text" | "pair";
  /** Other spellings that are read. */
  aliases?: readonly string[];
}

const flag = (key: string, name: string): OptionSpec => ({ key, flag: name, takes: "nothing" });
const value = (key: string, name: string, ...aliases: string[]): OptionSpec => ({
  key,
  flag: name,
  takes: "value",
  aliases,
});
const text = (key: string, name: string): OptionSpec => ({ key, flag: name, takes: "text" });
const pair = (key: string, name: string): OptionSpec => ({ key, flag: name, takes: "pair" });

type BaseMatch = "source" | "destination" | "in-interface" | "out-interface" | "protocol" | "fragment";
export type MatchExtension = Exclude<IptablesMatch["kind"], BaseMatch | "opaque">;
export type TargetExtension = Exclude<IptablesTarget["kind"], "jump" | "goto" | "none" | "opaque">;

const PORTS = [value("sport", "--sport", "--source-port"), value("dport", "--dport", "--destination-port")];

export const MATCH_OPTIONS: Record<MatchExtension, readonly OptionSpec[]> = {
  physdev: [
    flag("isIn", "--physdev-is-in"),
    value("in", "--physdev-in"),
    flag("isOut", "--physdev-is-out"),
    value("out", "--physdev-out"),
    flag("isBridged", "--physdev-is-bridged"),
  ],
  state: [value("state", "--state")],
  conntrack: [
    value("ctstate", "--ctstate"),
    value("ctproto", "--ctproto"),
    value("ctorigsrc", "--ctorigsrc"),
    value("ctorigdst", "--ctorigdst"),
    value("ctreplsrc", "--ctreplsrc"),
    value("ctrepldst", "--ctrepldst"),
    value("ctorigsrcport", "--ctorigsrcport"),
    value("ctorigdstport", "--ctorigdstport"),
    value("ctreplsrcport", "--ctreplsrcport"),
    value("ctrepldstport", "--ctrepldstport"),
    value("ctstatus", "--ctstatus"),
    value("ctexpire", "--ctexpire"),
    value("ctdir", "--ctdir"),
  ],
  set: [
    pair("matchSet", "--match-set"),
    flag("returnNomatch", "--return-nomatch"),
    flag("updateCounters", "--update-counters"),
    flag("updateSubcounters", "--update-subcounters"),
    value("packetsEq", "--packets-eq"),
    value("packetsLt", "--packets-lt"),
    value("packetsGt", "--packets-gt"),
    value("bytesEq", "--bytes-eq"),
    value("bytesLt", "--bytes-lt"),
    value("bytesGt", "--bytes-gt"),
  ],
  mac: [value("macSource", "--mac-source")],
  multiport: [
    value("sports", "--sports", "--source-ports"),
    value("dports", "--dports", "--destination-ports"),
    value("ports", "--ports"),
  ],
  tcp: [...PORTS, value("tcpOption", "--tcp-option"), pair("tcpFlags", "--tcp-flags"), flag("syn", "--syn")],
  udp: PORTS,
  sctp: [...PORTS, pair("chunkTypes", "--chunk-types")],
  icmp: [value("icmpType", "--icmp-type")],
  icmp6: [value("icmpv6Type", "--icmpv6-type")],
  comment: [text("comment", "--comment")],
  mark: [value("mark", "--mark")],
  connmark: [value("mark", "--mark")],
  addrtype: [
    value("srcType", "--src-type"),
    value("dstType", "--dst-type"),
    flag("limitIfaceIn", "--limit-iface-in"),
    flag("limitIfaceOut", "--limit-iface-out"),
  ],
  limit: [value("limit", "--limit"), value("limitBurst", "--limit-burst")],
  iprange: [value("srcRange", "--src-range"), value("dstRange", "--dst-range")],
  length: [value("length", "--length")],
  ttl: [value("eq", "--ttl-eq", "--ttl"), value("lt", "--ttl-lt"), value("gt", "--ttl-gt")],
  hl: [value("eq", "--hl-eq", "--hl"), value("lt", "--hl-lt"), value("gt", "--hl-gt")],
  pkttype: [value("pktType", "--pkt-type")],
  tos: [value("tos", "--tos")],
  dscp: [value("dscp", "--dscp")],
  owner: [
    flag("socketExists", "--socket-exists"),
    value("uidOwner", "--uid-owner"),
    value("gidOwner", "--gid-owner"),
    flag("supplGroups", "--suppl-groups"),
  ],
  statistic: [
    value("mode", "--mode"),
    value("probability", "--probability"),
    value("every", "--every"),
    value("packet", "--packet"),
  ],
  recent: [
    flag("set", "--set"),
    flag("rcheck", "--rcheck"),
    flag("update", "--update"),
    flag("remove", "--remove"),
    value("seconds", "--seconds"),
    flag("reap", "--reap"),
    value("hitcount", "--hitcount"),
    flag("rttl", "--rttl"),
    value("name", "--name"),
    value("mask", "--mask"),
    flag("rsource", "--rsource"),
    flag("rdest", "--rdest"),
  ],
};

/** `-m` names that are spelt otherwise than their kind. */
export const MATCH_ALIASES: Record<string, MatchExtension> = { icmpv6: "icmp6" };

const TTL_OPTIONS = (name: string) => [
  value("set", `--${name}-set`),
  value("dec", `--${name}-dec`),
  value("inc", `--${name}-inc`),
];

export const TARGET_OPTIONS: Record<TargetExtension, readonly OptionSpec[]> = {
  ACCEPT: [],
  DROP: [],
  RETURN: [],
  NOTRACK: [],
  TRACE: [],
  REJECT: [value("rejectWith", "--reject-with")],
  SNAT: [
    value("toSource", "--to-source"),
    flag("random", "--random"),
    flag("randomFully", "--random-fully"),
    flag("persistent", "--persistent"),
  ],
  DNAT: [value("toDestination", "--to-destination"), flag("random", "--random"), flag("persistent", "--persistent")],
  MASQUERADE: [value("toPorts", "--to-ports"), flag("random", "--random"), flag("randomFully", "--random-fully")],
  REDIRECT: [value("toPorts", "--to-ports"), flag("random", "--random")],
  NETMAP: [value("to", "--to")],
  MARK: [
    value("setXmark", "--set-xmark"),
    value("setMark", "--set-mark"),
    value("andMark", "--and-mark"),
    value("orMark", "--or-mark"),
    value("xorMark", "--xor-mark"),
  ],
  CONNMARK: [
    value("setXmark", "--set-xmark"),
    value("setMark", "--set-mark"),
    value("andMark", "--and-mark"),
    value("orMark", "--or-mark"),
    value("xorMark", "--xor-mark"),
    flag("saveMark", "--save-mark"),
    flag("restoreMark", "--restore-mark"),
    value("nfmask", "--nfmask"),
    value("ctmask", "--ctmask"),
    value("mask", "--mask"),
    value("leftShiftMark", "--left-shift-mark"),
    value("rightShiftMark", "--right-shift-mark"),
  ],
  CT: [
    flag("notrack", "--notrack"),
    text("helper", "--helper"),
    text("timeout", "--timeout"),
    value("ctevents", "--ctevents"),
    value("expevents", "--expevents"),
    value("zoneOrig", "--zone-orig"),
    value("zoneReply", "--zone-reply"),
    value("zone", "--zone"),
  ],
  CHECKSUM: [flag("fill", "--checksum-fill")],
  LOG: [
    text("prefix", "--log-prefix"),
    value("level", "--log-level"),
    flag("tcpSequence", "--log-tcp-sequence"),
    flag("tcpOptions", "--log-tcp-options"),
    flag("ipOptions", "--log-ip-options"),
    flag("uid", "--log-uid"),
    flag("macdecode", "--log-macdecode"),
  ],
  NFLOG: [
    text("prefix", "--nflog-prefix"),
    value("group", "--nflog-group"),
    value("range", "--nflog-range"),
    value("size", "--nflog-size"),
    value("threshold", "--nflog-threshold"),
  ],
  TPROXY: [value("onPort", "--on-port"), value("onIp", "--on-ip"), value("tproxyMark", "--tproxy-mark")],
  TCPMSS: [value("setMss", "--set-mss"), flag("clampToPmtu", "--clamp-mss-to-pmtu")],
  CLASSIFY: [value("setClass", "--set-class")],
  NFQUEUE: [
    value("queueNum", "--queue-num"),
    value("queueBalance", "--queue-balance"),
    flag("queueBypass", "--queue-bypass"),
    flag("cpuFanout", "--queue-cpu-fanout"),
  ],
  TTL: TTL_OPTIONS("ttl"),
  HL: TTL_OPTIONS("hl"),
  TOS: [value("setTos", "--set-tos")],
  DSCP: [value("setDscp", "--set-dscp"), value("setDscpClass", "--set-dscp-class")],
  SET: [
    pair("addSet", "--add-set"),
    pair("delSet", "--del-set"),
    pair("mapSet", "--map-set"),
    flag("exist", "--exist"),
    value("timeout", "--timeout"),
  ],
};
