/**
 * What a dnsmasq, run as neutron-dhcp-agent runs it, does with a client's message: hosts file by MAC, ranges of its command
 * line, options by tag (neutron/agent/linux/dhcp.py writes them, dnsmasq's src/dhcp.c and rfc2131.c read them).
 */
import type { DnsmasqInstance } from "../../host/state.ts";
import { networkContains, networkOf, parseCidr, parseIp } from "../../net/address.ts";

export interface DhcpRange {
  tag?: string;
  /** Network or first address, as written. */
  start: string;
  end?: string;
  isStatic: boolean;
  netmask?: string;
  lease: string;
}

/** `--dhcp-range=[set:tag,]start[,end|static][,netmask][,lease]` of a command line. */
export function rangesOf(command: string): DhcpRange[] {
  const ranges: DhcpRange[] = [];
  for (const m of command.matchAll(/--dhcp-range=(\S+)/g)) {
    const parts = (m[1] ?? "").split(",");
    const tag = parts[0]?.startsWith("set:") ? parts.shift()?.slice(4) : undefined;
    const start = parts.shift() ?? "";
    let end: string | undefined;
    let isStatic = false;
    let netmask: string | undefined;
    let lease = "1h";
    for (const [i, p] of parts.entries())
      if (p === "static") isStatic = true;
      else if (/^\d+[smhdw]?$|^infinite$/.test(p)) lease = p;
      else if (i === 0 && p.includes(".") && !p.startsWith("255.")) end = p;
      else if (p.includes(".")) netmask = p;
    ranges.push({
      start,
      isStatic,
      lease,
      ...(tag === undefined ? {} : { tag }),
      ...(end === undefined ? {} : { end }),
      ...(netmask === undefined ? {} : { netmask }),
    });
  }
  return ranges;
}

export type Lease =
  | { kind: "leased"; address: string; tag?: string; line: string; options: Record<string, string> }
  | { kind: "none"; reason: string };

/** The address that a client gets, or why it gets none: of several entries with its MAC, what was read last counts. */
export function leaseFor(server: DnsmasqInstance, mac: string): Lease {
  const ranges = rangesOf(server.command);
  if (ranges.length === 0) return { kind: "none", reason: "no dhcp-range" };
  const entries = server.hosts.filter((h) => h.mac.toLowerCase() === mac && h.address?.includes("."));
  for (const entry of entries.toReversed()) {
    const range = ranges.find((r) => inRange(r, entry.address ?? ""));
    if (!range || entry.address === undefined) continue;
    const taken = server.leases.find((l) => l.address === entry.address && l.mac.toLowerCase() !== mac);
    if (taken) return { kind: "none", reason: `${entry.address} is leased to ${taken.mac}` };
    return leased(server, entry.address, range, entry.line, entry.tags);
  }
  if (entries.length > 0) return { kind: "none", reason: `${entries[0]?.line}: in no dhcp-range` };
  const held = server.leases.find((l) => l.mac.toLowerCase() === mac);
  const dynamic = ranges.find((r) => !r.isStatic && r.end !== undefined);
  if (dynamic) {
    const address = held?.address ?? firstFree(server, dynamic);
    if (address) return leased(server, address, dynamic, `${dynamic.start}-${dynamic.end}`, []);
  }
  return { kind: "none", reason: `no dhcp-host for ${mac}, ranges are static` };
}

function inRange(range: DhcpRange, address: string): boolean {
  const cidr = parseCidr(`${range.start}/${range.netmask ?? "255.255.255.0"}`);
  const ip = parseIp(address);
  return cidr !== undefined && ip !== undefined && networkContains(networkOf(cidr), ip);
}

function firstFree(server: DnsmasqInstance, range: DhcpRange): string | undefined {
  const used = new Set([...server.leases.map((l) => l.address), ...server.hosts.map((h) => h.address ?? "")]);
  return used.has(range.start) ? undefined : range.start;
}

function leased(server: DnsmasqInstance, address: string, range: DhcpRange, line: string, tags: string[]): Lease {
  const set = new Set([...tags, ...(range.tag ? [range.tag] : [])]);
  const options: Record<string, string> = { "lease-time": range.lease };
  for (const m of server.command.matchAll(/--dhcp-option(?:-force)?=option:([^,\s]+),(\S+)/g))
    options[m[1] ?? ""] = m[2] ?? "";
  for (const o of server.options)
    if ((o.tag === undefined || set.has(o.tag)) && !/^\d+$/.test(o.name))
      options[o.name.replace(/^option:/, "")] = o.value;
  return { kind: "leased", address, line, options, ...(range.tag ? { tag: range.tag } : {}) };
}
