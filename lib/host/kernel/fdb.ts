/** Forwarding entries that somebody wrote: of a bridge's ports, and of VXLAN devices (net/bridge/br_fdb.c, drivers/net/vxlan). */
import { namespaceOf, withNamespace } from "../edit.ts";
import type { FdbEntry, HostState } from "../state.ts";
import { linkOf, refused } from "./links.ts";

/** Where a VXLAN device sends frames for an address. */
export function destination(dev: string, mac: string, dst: string): FdbEntry {
  return { mac, dev, self: true, permanent: true, flags: ["self"], dst, state: "permanent" };
}

export interface FdbChange {
  readonly verb: "add" | "append" | "replace" | "del";
  readonly mac: string;
  readonly dev: string;
  /** The bridge's table rather than the device's own. */
  readonly master: boolean;
  readonly state: "permanent" | "static" | "dynamic";
  readonly dst?: string;
  readonly vlan?: number;
}

export function changeFdb(host: HostState, netns: string, change: FdbChange): HostState {
  const link = linkOf(host, netns, change.dev);
  if (change.master && !link.bridgePort) throw refused("Operation not supported");
  const ns = namespaceOf(host, netns);
  const rivals = (e: FdbEntry) =>
    e.dev === change.dev && e.mac === change.mac && e.self === !change.master && e.vlan === change.vlan;
  const same = (e: FdbEntry) => rivals(e) && (change.dst === undefined || e.dst === change.dst);
  const entry = entryOf(change, link.master);
  const at = ns.fdb.findIndex(rivals);
  switch (change.verb) {
    case "del":
      if (!ns.fdb.some(same)) throw refused("No such file or directory");
      return withNamespace(host, { ...ns, fdb: ns.fdb.filter((e) => !same(e)) });
    case "add":
      if (at >= 0) throw refused("File exists");
      return withNamespace(host, { ...ns, fdb: [...ns.fdb, entry] });
    case "append":
      // A second destination is a VXLAN device's alone; one that is there already is no error.
      if (ns.fdb.some(same)) return host;
      return withNamespace(host, { ...ns, fdb: [...ns.fdb, entry] });
    case "replace": {
      const rest = ns.fdb.filter((e, i) => i === at || !rivals(e));
      return withNamespace(host, { ...ns, fdb: at < 0 ? [...rest, entry] : rest.with(at, entry) });
    }
  }
}

function entryOf({ mac, dev, master, state, dst, vlan }: FdbChange, bridge: string | undefined): FdbEntry {
  return {
    ...{ mac, dev, self: !master, permanent: state === "permanent", flags: master ? [] : ["self"] },
    ...(vlan !== undefined && { vlan }),
    ...(master && bridge !== undefined && { master: bridge }),
    ...(dst !== undefined && { dst }),
    ...(state !== "dynamic" && { state }),
  };
}
