/** VXLAN and GRE devices of the kernel itself (Linux bridge agent, and others): drivers/net/vxlan/vxlan_core.c. */
import { isGroupMac, isMulticastIp } from "../../net/address.ts";
import type { Packet } from "../../net/packet.ts";
import { viewPacket } from "../../net/packet.ts";
import { FRESH_SKB } from "../kernel/skb.ts";
import { drop, emit, placeOf, type Walk } from "./context.ts";
import { type Branch, fork } from "./flight.ts";
import type { Device } from "./index.ts";
import { GENEVE_PORT, VXLAN_PORT } from "./outer.ts";

const ALL_ZEROS = "00:00:00:00:00:00";

/** A frame is sent by a tunnel device: to the FDB's address, else to all default destinations. */
export function tunnelDeviceSend(w: Walk, device: Device, packet: Packet, branch: Branch): undefined {
  const { link } = device;
  const place = placeOf(device);
  const t = link.tunnel;
  const kind = link.kind === "vxlan" || link.kind === "geneve" ? link.kind : "gre";
  const remotes = destinations(w, device, packet.ethDst);
  const element = { type: "fdb" as const, text: `${packet.ethDst} dev ${link.name}: no destination` };
  if (!t || remotes.length === 0) return drop(w, place, branch, packet, "L2POP_ENTRY_MISSING", element);
  const local = t.local ?? "";
  const branches = fork(branch, remotes.length);
  for (const [i, dst] of remotes.entries()) {
    const b = branches[i] ?? branch;
    const dstPort = kind === "gre" ? undefined : (t.port ?? (kind === "vxlan" ? VXLAN_PORT : GENEVE_PORT));
    const wrapped: Packet = {
      ...packet,
      encap: { kind, key: t.key ?? 0, src: local, dst, ...(dstPort === undefined ? {} : { dstPort }) },
    };
    emit(w, place, b, {
      kind: "encap",
      tunnel: kind,
      key: t.key ?? 0,
      src: local,
      dst,
      port: link.name,
      packet: viewPacket(wrapped),
    });
    // The device below decides where a group is (vxlan_get_route asks with its ifindex).
    w.parts.sendLocal(w, device.ns, wrapped, b, FRESH_SKB, isMulticastIp(dst) ? t.dev : undefined);
  }
}

/** What the tunnel devices of a walk have learned on it: MAC → address of the other end. */
const remotesOf = new WeakMap<Walk, Map<Device, Map<string, string>>>();

/** A tunnel device has heard a MAC from an endpoint. */
export function learnRemote(w: Walk, device: Device, mac: string, from: string): void {
  const all = remotesOf.get(w) ?? new Map<Device, Map<string, string>>();
  remotesOf.set(w, all);
  all.set(device, (all.get(device) ?? new Map<string, string>()).set(mac, from));
}

function destinations(w: Walk, device: Device, mac: string): string[] {
  const { link, ns } = device;
  const learned = remotesOf.get(w)?.get(device)?.get(mac);
  if (learned !== undefined) return [learned];
  const entries = ns.state.fdb.filter((e) => e.dev === link.name && e.dst);
  if (!isGroupMac(mac)) {
    const exact = entries.find((e) => e.mac === mac);
    if (exact?.dst) return [exact.dst];
  }
  const all = entries.filter((e) => e.mac === ALL_ZEROS).flatMap((e) => (e.dst ? [e.dst] : []));
  const fallback = link.tunnel?.remote ?? link.tunnel?.group;
  if (fallback && !all.includes(fallback) && !isMulticastIp(fallback)) all.push(fallback);
  // A multicast group reaches every host that joined it: the wire decides.
  if (fallback && isMulticastIp(fallback) && !all.includes(fallback)) all.push(fallback);
  return all;
}
