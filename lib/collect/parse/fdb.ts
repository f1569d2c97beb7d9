/** `bridge -j fdb` (iproute2 bridge/fdb.c). */
import type { FdbEntry } from "../../host/state.ts";
import { canonicalMac } from "../../net/address.ts";
import type { Note } from "../gaps.ts";
import { Fields } from "./fields.ts";
import { jsonObjects } from "./json.ts";

export function parseFdb(text: string, note: Note): FdbEntry[] {
  const out: FdbEntry[] = [];
  for (const object of jsonObjects(text, note)) {
    const f = new Fields(object, "FDB entry", note);
    const mac = f.needText("mac");
    const dev = f.needText("ifname");
    if (!f.ok) continue;
    if (canonicalMac(mac) === undefined) {
      f.note(`${mac} is not a MAC address`);
      continue;
    }
    const flags = f.texts("flags");
    const state = f.text("state");
    const entry: FdbEntry = { mac, dev, self: flags.includes("self"), permanent: state === "permanent", flags };
    const vlan = f.number("vlan");
    if (vlan !== undefined) entry.vlan = vlan;
    const master = f.text("master");
    if (master !== undefined) entry.master = master;
    const dst = f.text("dst");
    if (dst !== undefined) entry.dst = dst;
    if (state !== undefined) entry.state = state;
    out.push(entry);
  }
  return out;
}
