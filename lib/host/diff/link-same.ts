/** Whether two devices are one, as far as commands can change one into the other. */
import { ovsInterface } from "../kernel/links.ts";
import type { HostState, Link } from "../state.ts";

/** Kinds that commands make and delete; the others are the machine's own, or the switch's. */
const MADE: ReadonlySet<Link["kind"]> = new Set([
  ...(["veth", "bridge", "dummy", "vlan", "vxlan", "gre", "gretap", "geneve", "macvlan", "tap", "tun"] as const),
]);

/** Whether a device of this host is made by a command of its own, and not by the switch for a port of its. */
export function isMade(host: HostState, link: Link): boolean {
  if (!MADE.has(link.kind)) return false;
  if (link.kind === "veth") return link.linkName !== undefined;
  if (link.kind !== "tap" && link.kind !== "tun") return true;
  // The userspace datapath has a tap device for itself, too.
  return link.name !== "ovs-netdev" && ovsInterface(host, link.name)?.type !== "internal";
}

/** What is settled when a device is made. */
export function isSameDevice(a: Link, b: Link): boolean {
  return (
    a.kind === b.kind &&
    a.linkName === b.linkName &&
    a.vlan?.id === b.vlan?.id &&
    a.vlan?.protocol === b.vlan?.protocol &&
    a.macvlanMode === b.macvlanMode &&
    (a.tunnel === b.tunnel || JSON.stringify(entries(a.tunnel)) === JSON.stringify(entries(b.tunnel)))
  );
}

function entries(record: object | undefined): [string, unknown][] {
  return Object.entries(record ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}
