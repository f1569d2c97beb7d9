/** `ovs-appctl fdb/show`, `ovs/route/show` and `tnl/neigh/show`. */
import type { OvsFdbEntry, OvsState } from "../../host/state.ts";
import { parseIp } from "../../net/address.ts";
import type { Note } from "../gaps.ts";
import { lines } from "./lines.ts";
import { LOCAL_PORT } from "./ofctl-show.ts";

const MAC = "[0-9a-f]{2}(?::[0-9a-f]{2}){5}";
const FDB_LINE = new RegExp(`^\\s*(\\d+|LOCAL)\\s+(\\d+)\\s+(${MAC})\\s+(\\d+|static)\\s*$`);
const NEIGHBOUR_LINE = new RegExp(`^(\\S+)\\s+(${MAC})\\s+(\\S.*?)\\s*$`);

/** Age in seconds; a static entry (fdb/add) has none. */
export function parseOvsFdb(text: string, note: Note): OvsFdbEntry[] {
  const out: OvsFdbEntry[] = [];
  for (const { number, text: line } of lines(text, note)) {
    if (/^\s*port\s+VLAN\s+MAC\s+Age/.test(line)) continue;
    const m = FDB_LINE.exec(line);
    if (!m) note("not an FDB entry", number, line);
    else {
      const port = m[1] === "LOCAL" ? LOCAL_PORT : Number(m[1]);
      const entry: OvsFdbEntry = { port, vlan: Number(m[2]), mac: m[3] as string, age: 0 };
      if (m[4] === "static") entry.static = true;
      else entry.age = Number(m[4]);
      out.push(entry);
    }
  }
  return out;
}

/** Routes of the userspace datapath's own tunnels (lib/ovs-router.c ovs_router_show). */
export function parseOvsRoutes(text: string, note: Note): OvsState["routes"] {
  const out: OvsState["routes"] = [];
  for (const { number, text: line } of lines(text, note)) {
    if (line.startsWith("Route Table")) continue;
    const m = /^(?:Cached|User): (\S+?)(?: MARK \S+)? dev (.+?)(?: GW (\S+))?(?: SRC (\S+))?( local)?\s*$/.exec(line);
    const dst = m?.[1];
    if (!m || dst === undefined || !parseIp(dst.replace(/\/\d+$/, ""))) {
      note("not a route", number, line);
      continue;
    }
    const route: OvsState["routes"][number] = { dst, dev: m[2] as string, local: m[5] !== undefined };
    if (m[3] !== undefined) route.via = m[3];
    if (m[4] !== undefined) route.src = m[4];
    out.push(route);
  }
  return out;
}

/** ARP and ND cache of the userspace datapath's tunnels (lib/tnl-neigh-cache.c). */
export function parseTunnelNeighbours(text: string, note: Note): OvsState["tunnelNeighbours"] {
  const out: OvsState["tunnelNeighbours"] = [];
  for (const { number, text: line } of lines(text, note)) {
    if (/^(IP\s+MAC\s+Bridge|=+)/.test(line)) continue;
    const m = NEIGHBOUR_LINE.exec(line);
    if (m && parseIp(m[1] as string))
      out.push({ address: m[1] as string, mac: m[2] as string, bridge: m[3] as string });
    else note("not a neighbour", number, line);
  }
  return out;
}
