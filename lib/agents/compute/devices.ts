/** Which guests' ports have which devices on a host. */
import type { Link } from "../../host/state.ts";

/** Short ids of ports. */
export interface Devices {
  readonly bridges: ReadonlySet<string>;
  readonly veths: ReadonlySet<string>;
  readonly taps: ReadonlySet<string>;
}

/** What is left of a port's id in the names of its devices. */
export function shortId(portId: string): string {
  return portId.slice(0, 11);
}

const known = new WeakMap<readonly Link[], Devices>();

export function devicesOf(links: readonly Link[]): Devices {
  let devices = known.get(links);
  if (!devices) {
    devices = sortOut(links);
    known.set(links, devices);
  }
  return devices;
}

const NAME = /^(qbr|qvo|tap)[0-9a-f]{8}-[0-9a-f]{2}$/;

function sortOut(links: readonly Link[]): Devices {
  const bridges = new Set<string>();
  const veths = new Set<string>();
  const taps = new Set<string>();
  for (const { kind, name, mac } of links) {
    if (kind !== "bridge" && kind !== "veth" && kind !== "tap") continue;
    if (!NAME.test(name)) continue;
    const id = name.slice(3);
    if (kind === "bridge") bridges.add(id);
    else if (kind === "veth" && name.startsWith("qvo")) veths.add(id);
    // A hypervisor's tap: its MAC is the guest's, with a first octet of its own.
    else if (kind === "tap" && mac.startsWith("fe:")) taps.add(id);
  }
  return { bridges, veths, taps };
}
