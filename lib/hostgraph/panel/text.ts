/** Kernel tables as iproute2 and conntrack print them. */
import type { ConntrackEntry, ConntrackTuple, Neighbour, PolicyRule, Route } from "../../host/state.ts";

export function routeText(route: Route): string {
  const dst = route.dst === "0.0.0.0/0" || route.dst === "::/0" ? "default" : route.dst.replace(/\/(32|128)$/, "");
  const words = [route.type === "unicast" ? dst : `${route.type} ${dst}`];
  const add = (word: string, value: string | number | undefined) => {
    if (value !== undefined && value !== "") words.push(`${word} ${value}`);
  };
  add("from", route.src);
  add("via", route.via);
  add("dev", route.dev);
  add("proto", route.protocol);
  if (route.scope !== "global") add("scope", route.scope);
  add("src", route.prefSrc);
  if (route.metric > 0) add("metric", route.metric);
  add("mtu", route.mtu);
  if (route.onlink) words.push("onlink");
  words.push(...route.flags.filter((flag) => flag !== "onlink"));
  for (const hop of route.nexthops ?? []) {
    words.push(`nexthop${hop.via ? ` via ${hop.via}` : ""}${hop.dev ? ` dev ${hop.dev}` : ""} weight ${hop.weight}`);
  }
  return words.join(" ");
}

export function policyRuleText(rule: PolicyRule): string {
  const words = [`${rule.priority}:`];
  if (rule.not) words.push("not");
  words.push("from", rule.src ?? "all");
  if (rule.dst) words.push("to", rule.dst);
  if (rule.fwmark)
    words.push("fwmark", hex(rule.fwmark.value) + (rule.fwmark.mask === 0xffffffff ? "" : `/${hex(rule.fwmark.mask)}`));
  if (rule.iif) words.push("iif", rule.iif);
  if (rule.oif) words.push("oif", rule.oif);
  if (rule.ipProto) words.push("ipproto", rule.ipProto);
  if (rule.sport) words.push("sport", range(rule.sport));
  if (rule.dport) words.push("dport", range(rule.dport));
  if (rule.unsupported) words.push(...rule.unsupported);
  if (rule.action === "lookup") words.push("lookup", rule.table ?? "main");
  else if (rule.action === "goto") words.push("goto", String(rule.goto ?? ""));
  else words.push(rule.action);
  if (rule.suppressPrefixLength !== undefined) words.push("suppress_prefixlength", String(rule.suppressPrefixLength));
  return words.join(" ");
}

const hex = (value: number) => `0x${value.toString(16)}`;
const range = (ports: { from: number; to: number }) =>
  ports.from === ports.to ? `${ports.from}` : `${ports.from}-${ports.to}`;

export function neighbourRow(entry: Neighbour, proxy = false): string[] {
  return [entry.address, entry.dev, entry.mac ?? (proxy ? "proxy" : "—"), proxy ? "PROXY" : entry.state.join(" ")];
}

const PROTOCOLS: Record<number, string> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6", 132: "sctp", 47: "gre" };

export function conntrackText(entry: ConntrackEntry): string {
  const name = PROTOCOLS[entry.proto] ?? "unknown";
  const words = [name.padEnd(8), String(entry.proto)];
  if (entry.timeout !== undefined) words.push(String(entry.timeout));
  if (entry.state) words.push(entry.state);
  words.push(tupleText(entry.original));
  if (entry.flags.includes("UNREPLIED")) words.push("[UNREPLIED]");
  words.push(tupleText(entry.reply));
  for (const flag of entry.flags) if (flag !== "UNREPLIED") words.push(`[${flag}]`);
  words.push(`mark=${entry.mark}`);
  if (entry.zone !== 0) words.push(`zone=${entry.zone}`);
  if (entry.zoneOriginal !== undefined) words.push(`zone-orig=${entry.zoneOriginal}`);
  if (entry.zoneReply !== undefined) words.push(`zone-reply=${entry.zoneReply}`);
  return words.join(" ");
}

function tupleText(tuple: ConntrackTuple): string {
  const words = [`src=${tuple.src}`, `dst=${tuple.dst}`];
  if (tuple.sport !== undefined) words.push(`sport=${tuple.sport}`);
  if (tuple.dport !== undefined) words.push(`dport=${tuple.dport}`);
  if (tuple.icmpType !== undefined)
    words.push(`type=${tuple.icmpType} code=${tuple.icmpCode ?? 0} id=${tuple.icmpId ?? 0}`);
  return words.join(" ");
}
