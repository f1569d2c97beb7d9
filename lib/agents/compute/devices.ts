/** Which guests' ports have which devices on a host. */
import { findLink } from "../../host/edit.ts";
import type { Link, Namespace } from "../../host/state.ts";

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

const NAME = /^(qbr|qvb|qvo|tap)[0-9a-f]{8}-[0-9a-f]{2}$/;

/** The port's that a device is named after. */
export function idOf({ name }: Link): string | undefined {
  return NAME.test(name) ? name.slice(3) : undefined;
}

/** Devices of some ports. */
export function linksOf(root: Namespace, ids: Iterable<string>): Link[] {
  return [...ids].flatMap((id) => ["qbr", "qvb", "qvo", "tap"].flatMap((kind) => findLink(root, `${kind}${id}`) ?? []));
}

export function devicesOf(links: readonly Link[]): Devices {
  const bridges = new Set<string>();
  const veths = new Set<string>();
  const taps = new Set<string>();
  for (const link of links) {
    const { kind, name, mac } = link;
    if (kind !== "bridge" && kind !== "veth" && kind !== "tap") continue;
    const id = idOf(link);
    if (id === undefined) continue;
    if (kind === "bridge" && name.startsWith("qbr")) bridges.add(id);
    else if (kind === "veth" && name.startsWith("qvo")) veths.add(id);
    // A hypervisor's tap: its MAC is the guest's, with a first octet of its own.
    else if (kind === "tap" && mac.startsWith("fe:")) taps.add(id);
  }
  return { bridges, veths, taps };
}
