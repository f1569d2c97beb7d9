/** `ip -j addr`. */
import type { Address } from "../../host/state.ts";
import { parseIp } from "../../net/address.ts";
import type { Note } from "../gaps.ts";
import { Fields } from "./fields.ts";
import { jsonObjects } from "./json.ts";

export function parseAddresses(text: string, note: Note): Address[] {
  const out: Address[] = [];
  for (const object of jsonObjects(text, note)) {
    const link = new Fields(object, "link", note);
    const dev = link.needText("ifname");
    if (!link.ok) continue;
    if (object.addr_info === undefined) link.note('link without "addr_info"');
    for (const f of link.objects("addr_info")) {
      const family = f.needText("family");
      if (family !== "inet" && family !== "inet6") {
        if (f.ok) f.note(`address family ${family} is not supported`);
        continue;
      }
      const address = f.needText("local");
      const prefix = f.needNumber("prefixlen");
      if (!f.ok) continue;
      const number = family === "inet" ? 4 : 6;
      if (parseIp(address)?.family !== number || prefix < 0 || prefix > (number === 4 ? 32 : 128)) {
        f.note(`${address}/${prefix} is not an address`);
        continue;
      }
      const entry: Address = {
        dev,
        family: number,
        address,
        prefix,
        scope: f.word("scope") ?? "global",
        secondary: f.flag("secondary") ?? false,
      };
      const broadcast = f.text("broadcast");
      if (broadcast !== undefined) entry.broadcast = broadcast;
      // On a point-to-point address iproute2 prints the peer as "address".
      const peer = f.text("address");
      if (peer !== undefined) entry.peer = peer;
      out.push(entry);
    }
  }
  return out;
}
