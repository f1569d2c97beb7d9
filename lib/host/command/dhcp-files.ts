/** The files that Neutron's DHCP agent writes for dnsmasq, as data (neutron/agent/linux/dhcp.py, class Dnsmasq). */
import { canonicalMac, parseIp } from "../../net/address.ts";
import type { DnsmasqInstance } from "../state.ts";

type Parts = Pick<DnsmasqInstance, "hosts" | "options" | "addnHosts" | "leases" | "interface">;

const FILES = ["host", "opts", "addn_hosts", "leases", "interface"] as const;
export type DhcpFile = (typeof FILES)[number];

export function isDhcpFile(name: string): name is DhcpFile {
  return FILES.some((file) => file === name);
}

/** The part of an instance that a file holds. Lines that dnsmasq would pass over are passed over here. */
export function readDhcpFile(file: DhcpFile, text: string): Partial<Parts> {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  switch (file) {
    case "host":
      return { hosts: lines.map(readHost).filter((host) => host.mac !== "") };
    case "opts":
      return { options: lines.flatMap(readOption) };
    case "addn_hosts":
      return { addnHosts: lines.flatMap(readAddnHost) };
    case "leases":
      return { leases: lines.flatMap(readLease) };
    case "interface":
      return { interface: text.trim() };
  }
}

/** The file as the agent writes it. */
export function writeDhcpFile(file: DhcpFile, instance: DnsmasqInstance): string {
  switch (file) {
    case "host":
      return all(instance.hosts.map((host) => host.line));
    case "opts":
      // The agent ends this one without a newline; a heredoc has one.
      return all(instance.options.map((option) => option.line));
    case "addn_hosts":
      return all(instance.addnHosts.map(({ address, names }) => `${address}\t${names.join(" ")}`));
    case "leases":
      return all(instance.leases.map((l) => `${l.expiry} ${l.mac} ${l.address} ${l.name === "" ? "*" : l.name} *`));
    case "interface":
      return all(instance.interface === undefined ? [] : [instance.interface]);
  }
}

function all(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** MAC, tags, name and address, in any order that dnsmasq takes; IPv6 addresses in brackets. */
function readHost(line: string): DnsmasqInstance["hosts"][number] {
  const host: DnsmasqInstance["hosts"][number] = { mac: "", tags: [], line };
  for (const part of line.trim().split(",")) {
    const address = part.replace(/^\[(.*)\]$/, "$1");
    if (canonicalMac(part) !== undefined && host.mac === "") host.mac = part.toLowerCase();
    else if (/^(set|tag|net):/.test(part)) host.tags.push(part.slice(4));
    else if (parseIp(address)) host.address = address;
    else if (/^id:|^(ignore|infinite|\d+[smhdw]?)$/.test(part)) continue;
    else if (host.name === undefined && part !== "") host.name = part;
  }
  return host;
}

/** `tag:…,option:name,value`, or a number in place of `option:name`. A name that dnsmasq does not know is nobody's, and stays. */
function readOption(line: string): DnsmasqInstance["options"] {
  const m = /^(?!#)((?:tag:[^,]*,)*)(?:option6?:)?([^,]*)(?:,(.*))?$/.exec(line.trim());
  if (!m) return [];
  const option: DnsmasqInstance["options"][number] = { name: m[2] as string, value: m[3] ?? "", line };
  const tag = /tag:([^,]*),$/.exec(m[1] as string)?.[1];
  return [tag === undefined ? option : { ...option, tag }];
}

function readAddnHost(line: string): DnsmasqInstance["addnHosts"] {
  const [address = "", ...names] = line.trim().split(/\s+/);
  return parseIp(address) && names.length > 0 ? [{ address, names }] : [];
}

/** A DHCPv6 lease has its IAID where others have the MAC. */
function readLease(line: string): DnsmasqInstance["leases"] {
  const [expiry = "", mac = "", address = "", name = ""] = line.trim().split(/\s+/);
  if (!/^\d+$/.test(expiry) || !parseIp(address)) return [];
  return [{ expiry: Number(expiry), mac: canonicalMac(mac) ?? "", address, name: name === "*" ? "" : name }];
}
