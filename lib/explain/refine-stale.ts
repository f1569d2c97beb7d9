/** Frames that went to the wrong machine: by a neighbour entry, or by what a switch remembers. */
import type { VerdictEvent } from "../datapath/event.ts";
import { portOfDevice } from "./catalog.ts";
import type { Case, Refined } from "./intent.ts";

export function refineStale(c: Case, v: VerdictEvent): Refined | undefined {
  if (v.leg !== "request" && v.leg !== "reply") return undefined;
  return wrongNeighbour(c, v) ?? wrongAnswer(c, v) ?? wrongPort(c, v) ?? loosePort(c, v);
}

/** A namespace's table has another MAC for the address than the port with this address. */
function wrongNeighbour(c: Case, v: VerdictEvent): Refined | undefined {
  const entry = c.neighbours.findLast((n) => n.leg === v.leg && n.source === "table" && n.netns !== "root");
  if (!entry) return undefined;
  const out = portOfDevice(c.catalog, entry.dev);
  const owner = c.catalog.portsByAddress.get(entry.address)?.find((p) => p.network_id === out?.network_id);
  if (!owner || owner.mac_address === entry.mac || c.catalog.portByMac.has(entry.mac)) return undefined;
  if (owner.allowed_address_pairs.some((a) => a.mac_address === entry.mac)) return undefined;
  return {
    code: "FDB_STALE",
    element: { type: "neighbour", text: entry.text },
    place: { host: entry.host, netns: entry.netns, device: entry.dev },
  };
}

/** The ARP responder told the guest another MAC than the port with that address has. */
function wrongAnswer(c: Case, v: VerdictEvent): Refined | undefined {
  const entry = c.neighbours.findLast((n) => n.leg === v.leg && n.source === "arp" && n.netns.startsWith("guest:"));
  const network = (v.leg === "request" ? c.from : c.to)?.port?.network_id;
  const owner = c.catalog.portsByAddress.get(entry?.address ?? "")?.find((p) => p.network_id === network);
  if (!entry || !owner || owner.mac_address === entry.mac) return undefined;
  if (owner.allowed_address_pairs.some((a) => a.mac_address === entry.mac)) return undefined;
  const flow = c.flows.findLast((f) => f.tableName === "ARP_RESPONDER" && f.text.includes(`arp_tpa=${entry.address} `));
  if (!flow) return undefined;
  return {
    code: "FDB_STALE",
    element: { type: "flow", bridge: flow.bridge, table: flow.table, text: flow.text },
    place: { host: flow.host, netns: "root", device: flow.bridge },
  };
}

/** The frame ended at a guest's devices, and is for another port's MAC. */
function wrongPort(c: Case, v: VerdictEvent): Refined | undefined {
  const mac = c.last?.packet.eth_dst;
  const wanted = mac === undefined ? undefined : c.catalog.portByMac.get(mac);
  const there = portOfDevice(c.catalog, v.device);
  // Whoever had to ask first is still waiting with it elsewhere.
  if (!wanted || !there || wanted.id === there.id || v.netns !== "root" || c.last?.host !== v.host) return undefined;
  const entry = c.fdb.findLast((f) => f.leg === v.leg && f.host === v.host && f.hit && f.mac === mac);
  if (!entry) return undefined;
  const bridge = c.hosts.get(entry.host)?.ovs?.bridges.find((b) => b.name === entry.bridge);
  const recorded = bridge?.fdb.find((f) => f.mac === mac && f.vlan === entry.vlan);
  const age = recorded?.static ? " static" : recorded ? ` age ${recorded.age}` : "";
  const vlan = entry.vlan === undefined ? "" : ` vlan ${entry.vlan}`;
  return {
    code: "FDB_STALE",
    element: { type: "fdb", text: `${entry.bridge}: ${mac}${vlan} port ${entry.port}${age}` },
    place: { host: entry.host, netns: "root", device: entry.bridge },
  };
}

/** A device of a port that is not in the bridge where os-vif put it: its own stack got the frame. */
function loosePort(c: Case, v: VerdictEvent): Refined | undefined {
  if (v.code !== "FDB_STALE" || !/^(tap|qvb)/.test(v.device)) return undefined;
  const root = c.hosts.get(v.host)?.namespaces.find((n) => n.name === "root");
  const link = root?.links.find((l) => l.name === v.device);
  const bridge = `qbr${v.device.slice(3)}`;
  if (!link || link.master === bridge || !root?.links.some((l) => l.name === bridge)) return undefined;
  return { code: "PORT_NOT_PLUGGED", element: { type: "link", text: `${v.device}: not in ${bridge}` } };
}
