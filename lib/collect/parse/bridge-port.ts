/** `bridge -j -d link` (port flags) and `bridge -j vlan`. */
import type { Link } from "../../host/state.ts";
import type { Note } from "../gaps.ts";
import { Fields } from "./fields.ts";
import { jsonObjects } from "./json.ts";
import { bridgePort } from "./link.ts";

type BridgePort = NonNullable<Link["bridgePort"]>;

/** Port state and flags by link name, of links that have a bridge as master. */
export function parseBridgePorts(text: string, note: Note): Map<string, BridgePort> {
  const out = new Map<string, BridgePort>();
  for (const object of jsonObjects(text, note)) {
    const f = new Fields(object, "bridge port", note);
    const name = f.needText("ifname");
    if (f.ok && f.object.state !== undefined) out.set(name, bridgePort(f));
  }
  return out;
}

export interface PortVlans {
  pvid?: number;
  vlans: { from: number; to: number; untagged: boolean }[];
}

export function parseBridgeVlans(text: string, note: Note): Map<string, PortVlans> {
  const out = new Map<string, PortVlans>();
  for (const object of jsonObjects(text, note)) {
    const port = new Fields(object, "bridge port", note);
    const name = port.needText("ifname");
    if (!port.ok) continue;
    if (object.vlans === undefined) port.note('bridge port without "vlans"');
    const entry: PortVlans = { vlans: [] };
    for (const f of port.objects("vlans")) {
      const from = f.needNumber("vlan");
      const to = f.number("vlanEnd") ?? from;
      const flags = f.texts("flags");
      if (!f.ok) continue;
      if (flags.includes("PVID")) entry.pvid = from;
      entry.vlans.push({ from, to, untagged: flags.includes("Egress Untagged") });
    }
    out.set(name, entry);
  }
  return out;
}
