/** `ip -j neigh` and `ip -j neigh show proxy`. */
import type { Neighbour } from "../../host/state.ts";
import { parseIp } from "../../net/address.ts";
import type { Note } from "../gaps.ts";
import { Fields } from "./fields.ts";
import { jsonObjects } from "./json.ts";

export function parseNeighbours(text: string, note: Note): Neighbour[] {
  const out: Neighbour[] = [];
  for (const object of jsonObjects(text, note)) {
    const f = new Fields(object, "neighbour", note);
    const at = place(f);
    if (!at) continue;
    const entry: Neighbour = { ...at, state: f.texts("state") };
    const mac = f.text("lladdr");
    if (mac !== undefined) entry.mac = mac;
    out.push(entry);
  }
  return out;
}

export function parseProxies(text: string, note: Note): { address: string; dev: string }[] {
  const out: { address: string; dev: string }[] = [];
  for (const object of jsonObjects(text, note)) {
    const at = place(new Fields(object, "proxy entry", note));
    if (at) out.push(at);
  }
  return out;
}

function place(f: Fields): { address: string; dev: string } | undefined {
  const address = f.needText("dst");
  const dev = f.needText("dev");
  if (!f.ok) return undefined;
  if (!parseIp(address)) {
    f.note(`${address} is not an address`);
    return undefined;
  }
  return { address, dev };
}
