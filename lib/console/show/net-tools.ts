/** `ifconfig`, `route` and `arp` that only ask, as older texts have them (net-tools 2.10). */
import { CommandError } from "../../host/command/command.ts";
import type { HostState, Link, Namespace, Neighbour, Route } from "../../host/state.ts";
import { formatIpv4, mask4, parseIpv4 } from "../../net/address.ts";
import { type Answer, lines } from "../answer.ts";
import { flagsOf } from "./link.ts";

/** include/uapi/linux/if.h, in the order in which they are printed. */
const FLAGS: readonly (readonly [name: string, bit: number, ofIp: string])[] = [
  ["UP", 0x1, "UP"],
  ["BROADCAST", 0x2, "BROADCAST"],
  ["LOOPBACK", 0x8, "LOOPBACK"],
  ["POINTOPOINT", 0x10, "POINTOPOINT"],
  ["RUNNING", 0x40, "LOWER_UP"],
  ["NOARP", 0x80, "NOARP"],
  ["PROMISC", 0x100, "PROMISC"],
  ["MULTICAST", 0x1000, "MULTICAST"],
];
const SCOPES: Readonly<Record<string, string>> = { link: "0x20<link>", host: "0x10<host>", global: "0x0<global>" };

export function ifconfig(host: HostState, ns: Namespace, words: readonly string[]): Answer {
  const [name, more] = words.filter((word) => word !== "-a");
  if (name?.startsWith("-") || more !== undefined) throw shows("ifconfig", "`ip link` and `ip address` change");
  if (name === undefined) {
    const shown = ns.links.filter((one) => words.includes("-a") || one.up).sort((a, b) => (a.name < b.name ? -1 : 1));
    return lines(shown.flatMap((one) => device(host, ns, one)));
  }
  const link = ns.links.find((one) => one.name === name);
  if (!link) throw new CommandError(`${name}: error fetching interface information: Device not found`, 1);
  return lines(device(host, ns, link));
}

function device(host: HostState, ns: Namespace, link: Link): string[] {
  const words = flagsOf(host, link).split(",");
  const flags = FLAGS.filter(([, , word]) => words.includes(word));
  const bits = flags.reduce((sum, [, bit]) => sum + bit, 0);
  const own = ns.addresses.filter((one) => one.dev === link.name);
  const s = {
    ...{ rxPackets: 0, rxBytes: 0, rxErrors: 0, rxDropped: 0 },
    ...{ txPackets: 0, txBytes: 0 },
    ...link.stats,
  };
  const loop = link.kind === "loopback";
  const broadcast = (address: string | undefined) => (loop ? "" : `  broadcast ${address ?? "0.0.0.0"}`);
  return [
    `${link.name}: flags=${bits}<${flags.map(([name]) => name).join(",")}>  mtu ${link.mtu}`,
    // An address without a label of its own is not shown besides the first.
    ...own
      .filter((one) => one.family === 4)
      .slice(0, 1)
      .map((one) => `inet ${one.address}  netmask ${formatIpv4(mask4(one.prefix))}${broadcast(one.broadcast)}`),
    ...own
      .filter((one) => one.family === 6)
      .map((one) => `inet6 ${one.address}  prefixlen ${one.prefix}  scopeid ${SCOPES[one.scope] ?? SCOPES.global}`),
    loop ? "loop  txqueuelen 1000  (Local Loopback)" : `ether ${link.mac}  txqueuelen 1000  (Ethernet)`,
    `RX packets ${s.rxPackets}  bytes ${s.rxBytes} (${human(s.rxBytes)})`,
    `RX errors ${s.rxErrors}  dropped ${s.rxDropped}  overruns 0  frame 0`,
    `TX packets ${s.txPackets}  bytes ${s.txBytes} (${human(s.txBytes)})`,
    `TX errors ${link.stats?.txErrors ?? 0}  dropped ${link.stats?.txDropped ?? 0} overruns 0  carrier 0  collisions 0`,
  ]
    .map((line, i) => (i === 0 ? line : `        ${line}`))
    .concat("");
}

function human(bytes: number): string {
  let value = bytes;
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (value <= 1024 || unit === "GiB") return `${(Math.trunc(value * 10) / 10).toFixed(1)} ${unit}`;
    value /= 1024;
  }
  return "";
}

export function route(ns: Namespace, words: readonly string[]): Answer {
  if (words.some((word) => !/^-[ne4]+$/.test(word))) throw shows("route", "`ip route` changes");
  const numeric = words.some((word) => word.includes("n"));
  const own = ns.routes.filter((one) => one.family === 4 && one.table === "main");
  const rows = own.map((one) => ({ one, ...destination(one) })).sort((a, b) => a.base - b.base || a.prefix - b.prefix);
  return lines([
    "Kernel IP routing table",
    "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface",
    ...rows.map(({ one, base, prefix }) => {
      const to = prefix === 0 && !numeric ? "default" : formatIpv4(base);
      const genmask = formatIpv4(mask4(prefix)).padEnd(15);
      if (one.type !== "unicast")
        return `${to.padEnd(15)} ${"-".padEnd(15)} ${genmask} !     ${String(one.metric).padEnd(6)} -        0 -`;
      const flags = `U${one.via === undefined ? "" : "G"}${prefix === 32 ? "H" : ""}`;
      return `${to.padEnd(15)} ${(one.via ?? "0.0.0.0").padEnd(15)} ${genmask} ${flags.padEnd(5)} ${String(one.metric).padEnd(6)} 0        0 ${one.dev ?? "-"}`;
    }),
  ]);
}

function destination({ dst }: Route): { base: number; prefix: number } {
  const [address = "", prefix = "32"] = dst.split("/");
  return { base: parseIpv4(address) ?? 0, prefix: Number(prefix) };
}

export function arp(ns: Namespace, words: readonly string[]): Answer {
  const [asked, more] = words.filter((word) => !/^-[nave]+$/.test(word));
  if (asked?.startsWith("-") || more !== undefined) throw shows("arp", "`ip neigh` changes");
  const all = ns.neighbours.filter(
    (one) => !one.address.includes(":") && (asked === undefined || one.address === asked),
  );
  const proxies = ns.proxies.filter(
    (one) => !one.address.includes(":") && (asked === undefined || one.address === asked),
  );
  if (asked !== undefined && all.length + proxies.length === 0) return lines([`${asked} (${asked}) -- no entry`], 1);
  const permanent = ({ state }: Neighbour) => state.includes("PERMANENT");
  if (words.some((word) => /^-\w*a/.test(word)))
    return lines([
      ...all.map((one) => {
        const mac = one.mac === undefined ? "<incomplete>" : `${one.mac} [ether]${permanent(one) ? " PERM" : ""}`;
        return `? (${one.address}) at ${mac} on ${one.dev}`;
      }),
      ...proxies.map((one) => `? (${one.address}) at <from_interface> PERM PUB on ${one.dev}`),
    ]);
  return lines([
    ...(all.length + proxies.length === 0
      ? []
      : ["Address                  HWtype  HWaddress           Flags Mask            Iface"]),
    ...all.map((one) => {
      const known = one.mac !== undefined;
      const flags = known ? (permanent(one) ? "CM" : "C") : "";
      return `${one.address.padEnd(24)} ${(known ? "ether" : "").padEnd(7)} ${(one.mac ?? "(incomplete)").padEnd(19)} ${flags.padEnd(21)} ${one.dev}`;
    }),
    ...proxies.map((one) => `${one.address.padEnd(24)} *       <from_interface>    MP                    ${one.dev}`),
  ]);
}

function shows(program: string, instead: string): CommandError {
  return new CommandError(`${program}: only shows here; ${instead}`, 1);
}
