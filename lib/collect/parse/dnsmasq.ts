/** The files that Neutron's DHCP agent writes for dnsmasq (neutron/agent/linux/dhcp.py, class Dnsmasq). */
import type { DnsmasqInstance } from "../../host/state.ts";
import { canonicalMac, parseIp } from "../../net/address.ts";
import type { Note } from "../gaps.ts";
import { lines } from "./lines.ts";

/** `host`: MAC, tags, name and address in any order that dnsmasq takes; IPv6 addresses in brackets. */
export function parseDhcpHosts(text: string, note: Note): DnsmasqInstance["hosts"] {
  const out: DnsmasqInstance["hosts"] = [];
  for (const { number, text: line } of lines(text, note)) {
    const entry: DnsmasqInstance["hosts"][number] = { mac: "", tags: [], line };
    for (const part of line.trim().split(",")) {
      const address = part.replace(/^\[(.*)\]$/, "$1");
      if (canonicalMac(part) !== undefined && entry.mac === "") entry.mac = part.toLowerCase();
      else if (/^(set|tag|net):/.test(part)) entry.tags.push(part.slice(4));
      else if (parseIp(address)) entry.address = address;
      else if (/^id:/.test(part) || part === "ignore" || /^\d+[smhdw]?$/.test(part) || part === "infinite") continue;
      else if (entry.name === undefined && part !== "") entry.name = part;
      else note(`"${part}" is not understood`, number, line);
    }
    if (entry.mac === "") note("no MAC address", number, line);
    else out.push(entry);
  }
  return out;
}

/** `opts`: `tag:…,option:name,value` or a number instead of `option:name`. */
export function parseDhcpOptions(text: string, note: Note): DnsmasqInstance["options"] {
  const out: DnsmasqInstance["options"] = [];
  for (const { number, text: line } of lines(text, note)) {
    let rest = line.trim();
    let tag: string | undefined;
    for (let m = /^tag:([^,]*),/.exec(rest); m; m = /^tag:([^,]*),/.exec(rest)) {
      if (tag !== undefined) note("an option with more than one tag: the last one counts", number, line);
      tag = m[1];
      rest = rest.slice(m[0].length);
    }
    const m = /^(?:option6?:)?([a-z0-9-]+)(?:,(.*))?$/.exec(rest);
    if (!m) {
      note("not a DHCP option", number, line);
      continue;
    }
    const option: DnsmasqInstance["options"][number] = { name: m[1] as string, value: m[2] ?? "", line };
    if (tag !== undefined) option.tag = tag;
    out.push(option);
  }
  return out;
}

export function parseAddnHosts(text: string, note: Note): DnsmasqInstance["addnHosts"] {
  const out: DnsmasqInstance["addnHosts"] = [];
  for (const { number, text: line } of lines(text, note)) {
    const [address = "", ...names] = line.trim().split(/\s+/);
    if (parseIp(address) && names.length > 0) out.push({ address, names });
    else note("not a hosts line", number, line);
  }
  return out;
}

/** Expiry is a Unix time, 0 for never. A DHCPv6 lease has its IAID where others have the MAC: its `mac` is empty. */
export function parseLeases(text: string, note: Note): DnsmasqInstance["leases"] {
  const out: DnsmasqInstance["leases"] = [];
  for (const { number, text: line } of lines(text, note)) {
    const words = line.trim().split(/\s+/);
    const [expiry = "", mac = "", address = "", name = ""] = words;
    if (expiry === "duid") continue;
    const hardware = canonicalMac(mac);
    const ip = parseIp(address);
    if (!/^\d+$/.test(expiry) || !ip || (hardware === undefined && ip.family === 4) || words.length > 5)
      note("not a lease", number, line);
    else out.push({ expiry: Number(expiry), mac: hardware ?? "", address, name: name === "*" ? "" : name });
  }
  return out;
}
