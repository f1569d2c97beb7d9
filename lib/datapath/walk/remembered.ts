/** What a walk has taught the devices that it passed: what `ip neigh`, `bridge fdb`, `fdb/show` and `conntrack -L` would show of it. */
import type { ConntrackEntry, ConntrackTuple, FdbEntry, Neighbour, OvsFdbEntry } from "../../host/state.ts";
import { formatMac } from "../../net/openflow/value.ts";
import type { Connection, Conntrack } from "../kernel/conntrack.ts";
import { type CtTuple, isIcmp } from "../kernel/tuple.ts";
import type { Walk } from "./context.ts";

/** One entry of a table that devices write by themselves. */
export type Remembered =
  | { readonly kind: "neighbour"; readonly host: string; readonly netns: string; readonly entry: Neighbour }
  | { readonly kind: "fdb"; readonly host: string; readonly netns: string; readonly entry: FdbEntry }
  | { readonly kind: "mac"; readonly host: string; readonly bridge: string; readonly entry: OvsFdbEntry }
  /** Without a namespace: in the table of a userspace switch. */
  | { readonly kind: "connection"; readonly host: string; readonly netns?: string; readonly entry: ConntrackEntry };

export function rememberedOf(w: Walk): Remembered[] {
  const out: Remembered[] = [];
  for (const { device, address, mac } of w.asked) {
    const place = { host: device.host.name, netns: device.ns.name };
    const state = mac === undefined ? ["FAILED"] : ["REACHABLE"];
    const entry = { address, dev: device.link.name, ...(mac !== undefined && { mac }), state };
    out.push({ kind: "neighbour", ...place, entry });
  }
  for (const [{ host, name: netns }, bridges] of w.learned)
    for (const [master, entries] of bridges)
      for (const [key, dev] of entries) {
        const [vlan, mac = ""] = key.split("/");
        const entry = { mac, dev, ...(vlan !== "0" && { vlan: Number(vlan) }), master };
        out.push({
          kind: "fdb",
          host: host.name,
          netns,
          entry: { ...entry, self: false, permanent: false, flags: [] },
        });
      }
  for (const [host, overlay] of w.overlays)
    for (const { bridge, vlan, mac, port } of overlay.macs()) {
      const text = formatMac(Math.floor(mac / 2 ** 32), mac % 2 ** 32);
      out.push({ kind: "mac", host: host.name, bridge, entry: { port, vlan, mac: text, age: 0 } });
    }
  const connections = (host: string, table: Conntrack, netns?: string) => {
    for (const one of table.made()) {
      const entry = entryOf(one);
      out.push({ kind: "connection", host, ...(netns !== undefined && { netns }), entry });
    }
  };
  for (const [{ host, name }, table] of w.conntracks) connections(host.name, table, name);
  for (const [host, table] of w.ovsConntracks) connections(host.name, table);
  return out;
}

function entryOf({ original, reply, zones, mark, seenReply, assured, tcp }: Connection): ConntrackEntry {
  const same = zones.original === zones.reply;
  return {
    proto: original.proto,
    ...(tcp !== undefined && { state: tcp }),
    original: ends(original),
    reply: ends(reply),
    zone: same ? zones.original : 0,
    ...(!same && zones.original !== 0 && { zoneOriginal: zones.original }),
    ...(!same && zones.reply !== 0 && { zoneReply: zones.reply }),
    mark,
    flags: [...(seenReply ? [] : ["UNREPLIED"]), ...(assured ? ["ASSURED"] : [])],
  };
}

function ends({ src, dst, proto, sport, dport }: CtTuple): ConntrackTuple {
  if (!isIcmp(proto)) return { src, dst, sport, dport };
  return { src, dst, icmpType: dport >> 8, icmpCode: dport & 255, icmpId: sport };
}
