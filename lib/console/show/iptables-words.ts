/** Matches and targets as `iptables -L` words them (each extension's `print` in iptables/extensions/lib*.c). */
import type { Flag, IptablesMatch, IptablesRule, IptablesTarget, Value } from "../../net/iptables/ast.ts";
import { printMatch, printTarget } from "../../net/iptables/print.ts";

const not = (one: Flag | undefined) => (one?.not ? "! " : "");

/** Names of services that Debian's /etc/services has, of those that clouds' rules name. */
const SERVICES: Readonly<Record<string, string>> = {
  "22": "ssh",
  "53": "domain",
  "67": "bootps",
  "68": "bootpc",
  "80": "http",
  "123": "ntp",
  "443": "https",
  "546": "dhcpv6-client",
  "547": "dhcpv6-server",
  "3306": "mysql",
};

/** A port, or a range `from:to`, by its service where the listing is not numeric. */
function port(value: string, numeric: boolean): string {
  const name = (one: string) => (numeric ? one : (SERVICES[one] ?? one));
  return value.split(":").map(name).join(":");
}

function ports(word: string, which: "spt" | "dpt", value: Value | undefined, numeric: boolean): string[] {
  if (!value) return [];
  return [
    `${word}${value.value.includes(":") ? "s" : ""}:${value.not ? "!" : ""}${port(value.value, numeric)}`.replace(
      /^x/,
      which,
    ),
  ];
}

const ICMP: Readonly<Record<string, string>> = {
  "0": "echo-reply",
  "3": "destination-unreachable",
  "5": "redirect",
  "8": "echo-request",
  "11": "time-exceeded",
};
const ICMP6: Readonly<Record<string, string>> = {
  "1": "destination-unreachable",
  "2": "packet-too-big",
  "3": "time-exceeded",
  "128": "echo-request",
  "129": "echo-reply",
  "133": "router-solicitation",
  "134": "router-advertisement",
  "135": "neighbour-solicitation",
  "136": "neighbour-advertisement",
};

/** Every match but those that have columns of their own. */
export function matchWords(match: IptablesMatch, numeric: boolean): string[] {
  switch (match.kind) {
    case "source":
    case "destination":
    case "in-interface":
    case "out-interface":
    case "protocol":
    case "fragment":
      return [];
    case "tcp":
    case "udp":
    case "sctp": {
      const words = [
        match.kind,
        ...ports("spt", "spt", match.sport, numeric),
        ...ports("dpt", "dpt", match.dport, numeric),
      ];
      if (match.kind === "tcp" && match.tcpFlags)
        words.push(`flags:${match.tcpFlags.not ? "!" : ""}${match.tcpFlags.values.join("/")}`);
      if (match.kind === "tcp" && match.syn) words.push(`flags:${match.syn.not ? "!" : ""}0x17/0x02`);
      return words;
    }
    case "icmp": {
      const { icmpType: type } = match;
      if (!type) return [];
      return numeric
        ? [`${not(type)}icmptype ${type.value.replace("/", " code ")}`]
        : [`icmp ${not(type)}${ICMP[type.value] ?? `type ${type.value}`}`];
    }
    case "icmp6": {
      const { icmpv6Type: type } = match;
      if (!type) return [];
      return numeric
        ? [`${not(type)}ipv6-icmptype ${type.value.replace("/", " code ")}`]
        : [`ipv6-icmp ${not(type)}${ICMP6[type.value] ?? `type ${type.value}`}`];
    }
    case "state":
      return match.state ? [`${not(match.state)}state ${match.state.value}`] : [];
    case "conntrack":
      return match.ctstate ? [`${not(match.ctstate)}ctstate ${match.ctstate.value}`] : plainly(match);
    case "mac":
      return match.macSource ? [`MAC ${match.macSource.not ? "!" : ""}${match.macSource.value}`] : [];
    case "comment":
      return [`/* ${match.comment?.value ?? ""} */`];
    case "mark":
      return match.mark ? [`mark match ${match.mark.not ? "! " : ""}${match.mark.value}`] : [];
    case "connmark":
      return match.mark ? [`connmark match ${match.mark.not ? "! " : ""}${match.mark.value}`] : [];
    case "set":
      return match.matchSet ? [`${not(match.matchSet)}match-set ${match.matchSet.values.join(" ")}`] : [];
    case "physdev":
      return ["PHYSDEV match", printMatch(match).replace(/^-m physdev /, "")];
    case "multiport": {
      const value = match.sports ?? match.dports ?? match.ports;
      const word = match.sports ? "sports" : match.dports ? "dports" : "ports";
      return value
        ? [
            `multiport ${word} ${not(value)}${value.value
              .split(",")
              .map((one) => port(one, numeric))
              .join(",")}`,
          ]
        : [];
    }
    case "addrtype":
      return [
        "ADDRTYPE match",
        ...(match.srcType ? [`src-type ${not(match.srcType)}${match.srcType.value}`] : []),
        ...(match.dstType ? [`dst-type ${not(match.dstType)}${match.dstType.value}`] : []),
        ...(match.limitIfaceIn ? ["limit-in"] : []),
        ...(match.limitIfaceOut ? ["limit-out"] : []),
      ];
    case "limit":
      return [`limit: avg ${match.limit?.value ?? "3/hour"} burst ${match.limitBurst?.value ?? "5"}`];
    case "iprange":
      return [
        ...(match.srcRange ? [`source IP range ${not(match.srcRange)}${match.srcRange.value}`] : []),
        ...(match.dstRange ? [`destination IP range ${not(match.dstRange)}${match.dstRange.value}`] : []),
      ];
    case "length":
      return match.length ? [`length ${not(match.length)}${match.length.value}`] : [];
    case "pkttype":
      return match.pktType ? [`PKTTYPE ${match.pktType.not ? "!" : ""}= ${match.pktType.value}`] : [];
    case "ttl":
    case "hl":
    case "tos":
    case "dscp":
    case "owner":
    case "statistic":
    case "recent":
    case "opaque":
      return plainly(match);
    default:
      return match satisfies never;
  }
}

/** As the rule says it, where the listing's own words are not known here. */
function plainly(match: IptablesMatch): string[] {
  return [printMatch(match).replace(/^-m /, "")];
}

export function targetName(target: IptablesTarget): string {
  switch (target.kind) {
    case "none":
      return "";
    case "jump":
    case "goto":
      return target.chain;
    case "opaque":
      return target.name;
    default:
      return target.kind;
  }
}

/** What stands behind the matches. */
export function targetWords(target: IptablesTarget, numeric: boolean): string[] {
  switch (target.kind) {
    case "none":
    case "jump":
    case "ACCEPT":
    case "DROP":
    case "RETURN":
    case "NOTRACK":
    case "TRACE":
      return [];
    case "goto":
      return ["[goto] "];
    case "REJECT":
      return [`reject-with ${target.rejectWith?.value ?? "icmp-port-unreachable"}`];
    case "SNAT":
      return [`to:${target.toSource?.value ?? ""}`, ...natFlags(target)];
    case "DNAT":
      return [`to:${target.toDestination?.value ?? ""}`, ...natFlags(target)];
    case "REDIRECT":
      return [...(target.toPorts ? [`redir ports ${target.toPorts.value}`] : []), ...(target.random ? ["random"] : [])];
    case "MASQUERADE":
      return [...(target.toPorts ? [`masq ports: ${target.toPorts.value}`] : []), ...natFlags(target)];
    case "MARK": {
      const x = target.setXmark;
      if (!x) return [`MARK ${printTarget(target).replace(/^-j MARK --/, "")}`];
      const [value = "", mask] = x.value.split("/");
      if (mask === undefined || Number(mask) === 0xffffffff) return [`MARK set ${value}`];
      return [`MARK xset ${value}/${mask}`];
    }
    case "CONNMARK":
      return [connmark(target)];
    case "CT": {
      if (target.notrack) return ["NOTRACK"];
      const zone = target.zone ?? target.zoneOrig ?? target.zoneReply;
      return [
        `CT${zone ? ` zone${target.zoneOrig ? "-orig" : target.zoneReply ? "-reply" : ""} ${zone.value}` : ""}${target.helper ? ` helper ${target.helper.value}` : ""}`,
      ];
    }
    case "CHECKSUM":
      return ["CHECKSUM fill"];
    case "LOG": {
      const prefix = target.prefix ? [`prefix ${JSON.stringify(target.prefix.value)}`] : [];
      const level = target.level?.value ?? "4";
      return [numeric ? `LOG flags 0 level ${level}` : `LOG level ${level === "4" ? "warn" : level}`, ...prefix];
    }
    default:
      // As the rule says it, where the listing's own words are not known here.
      return [printTarget(target).replace(/^-j \S+ ?/, "")].filter(Boolean);
  }
}

function natFlags(target: { random?: Flag; randomFully?: Flag; persistent?: Flag }): string[] {
  return [
    ...(target.random ? ["random"] : []),
    ...(target.randomFully ? ["random-fully"] : []),
    ...(target.persistent ? ["persistent"] : []),
  ];
}

function connmark(target: Extract<IptablesTarget, { kind: "CONNMARK" }>): string {
  const { saveMark, restoreMark, nfmask, ctmask, setXmark } = target;
  if (saveMark || restoreMark) {
    const word = saveMark ? "save" : "restore";
    if (!nfmask && !ctmask) return `CONNMARK ${word}`;
    return nfmask?.value === ctmask?.value
      ? `CONNMARK ${word} mask ${nfmask?.value}`
      : `CONNMARK ${word} nfmask ${nfmask?.value ?? "0xffffffff"} ctmask ~${ctmask?.value ?? "0xffffffff"}`;
  }
  if (!setXmark) return `CONNMARK ${printTarget(target).replace(/^-j CONNMARK --/, "")}`;
  const [value = "", mask] = setXmark.value.split("/");
  return mask === undefined || Number(mask) === 0xffffffff ? `CONNMARK set ${value}` : `CONNMARK xset ${value}/${mask}`;
}

/** The value of a match that has a column of its own. */
export function columnOf(
  rule: IptablesRule,
  kind: "source" | "destination" | "in-interface" | "out-interface" | "protocol",
): Value | undefined {
  for (const match of rule.matches) if (match.kind === kind) return match;
  return undefined;
}
