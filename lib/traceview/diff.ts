/** What happened to a packet between two moments, field by field and in a few words. */
import type { PacketView } from "../net/packet.ts";
import { fieldsOf, tunnelOf } from "./layers.ts";

export interface FieldChange {
  id: string;
  label: string;
  /** Absent when the field appeared (a tag was pushed). */
  from?: string;
  /** Absent when the field went (a tunnel header was removed). */
  to?: string;
}

/** Changed fields of two packets in the order of their layers; empty when they are the same. */
export function diffPackets(before: PacketView, after: PacketView): FieldChange[] {
  const old = fieldsOf(before);
  const now = fieldsOf(after);
  const changes: FieldChange[] = [];
  for (const [id, field] of now) {
    const was = old.get(id);
    if (was?.value !== field.value) {
      changes.push({ id, label: field.label, ...(was && { from: was.value }), to: field.value });
    }
  }
  for (const [id, field] of old) if (!now.has(id)) changes.push({ id, label: field.label, from: field.value });
  return changes;
}

/**
 * The same in a few words for a table cell, e.g. `TTL 64 → 63`, `MACs`, `VLAN 5 → VNI 11`.
 * Outer addresses go with the tunnel's key and are not listed by themselves.
 */
export function summarise(before: PacketView, after: PacketView): string[] {
  const changes = new Map(diffPackets(before, after).map((change) => [change.id, change]));
  const words: string[] = [];
  const say = (id: string, name: string) => {
    const change = changes.get(id);
    if (change)
      words.push(
        change.to === undefined
          ? `${name} ${change.from} removed`
          : change.from === undefined
            ? `${name} ${change.to}`
            : `${name} ${change.from} → ${change.to}`,
      );
  };
  const segment = segmentChange(before, after);
  if (segment) words.push(segment);
  const [source, destination] = [changes.has("eth.src"), changes.has("eth.dst")];
  if (source && destination) words.push("MACs");
  else if (source) words.push("source MAC");
  else if (destination) words.push("destination MAC");
  if (changes.has("arp.op")) say("arp.op", "ARP");
  say("ip.ttl", "TTL");
  say("ip.src", "source");
  say("ip.dst", "destination");
  say("l4.src", "source port");
  say("l4.dst", "port");
  say("icmp.id", "ICMP id");
  say("ip.frag", "fragment");
  if (changes.has("icmp.type") && before.icmp_type !== undefined) say("icmp.type", "ICMP");
  return words;
}

/** How the frame's segment is marked on the wire: a VLAN tag, a tunnel key, or nothing. */
function segmentChange(before: PacketView, after: PacketView): string | undefined {
  const [from, to] = [segmentMark(before), segmentMark(after)];
  if (from === to) return undefined;
  if (from === undefined) return `+ ${to}`;
  return to === undefined ? `− ${from}` : `${from} → ${to}`;
}

/** `VNI 10`, `GRE key 10`, `VLAN 5`, or nothing for an untagged frame. */
export function segmentMark(packet: PacketView): string | undefined {
  const tunnel = tunnelOf(packet);
  if (tunnel) return tunnel.kind === "gre" ? `GRE key ${tunnel.key}` : `VNI ${tunnel.key}`;
  return packet.vlan === undefined ? undefined : `VLAN ${packet.vlan}`;
}
