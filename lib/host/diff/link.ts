/** What devices that are there are still to be told. */

import { differing } from "../differing.ts";
import { findLink, findNamespace } from "../edit.ts";
import type { HostState, Link } from "../state.ts";
import { commonNamespaces } from "./lists.ts";
import { type Change, Recorder } from "./recorder.ts";

/** Devices first, then bridges, then who is whose port: a port that is up shows its bridge what it has. */
export function settleLinks(actual: HostState, desired: HostState): Change {
  const out = new Recorder(actual);
  for (const [ns, wanted] of commonNamespaces(actual, desired)) {
    const { come } = differing(ns.links, wanted.links);
    const bridges = come.filter((link) => link.kind === "bridge");
    for (const link of come) if (link.kind !== "bridge") settleLink(out, ns.name, link, false);
    for (const link of bridges) settleBridge(out, ns.name, link);
    // What leads out first, then the guests.
    for (const link of come) if (isUplink(link)) settleMaster(out, ns.name, link);
    for (const link of come) if (!isUplink(link)) settleMaster(out, ns.name, link);
    // What ports gave their bridges, an administrator may have set otherwise.
    for (const link of come) settleLast(out, ns.name, link);
  }
  return out;
}

function isUplink({ kind }: Link): boolean {
  return kind === "vlan" || kind === "vxlan" || kind === "physical";
}

export function settleMac(out: Recorder, netns: string, { name, mac }: Link): void {
  const now = current(out, netns, name);
  if (!now || now.mac === mac || mac === "" || mac === "00:00:00:00:00:00") return;
  out.run(netns, { tool: "ip", action: "link-set", name, address: mac });
}

/** MAC and MTU. */
function settleAddress(out: Recorder, netns: string, link: Link): void {
  settleMac(out, netns, link);
  const { name, mtu } = link;
  const now = current(out, netns, name);
  if (now && now.mtu !== mtu) out.run(netns, { tool: "ip", action: "link-set", name, mtu });
}

export function settleLink(out: Recorder, netns: string, link: Link, isNew: boolean): void {
  settleAddress(out, netns, link);
  const now = current(out, netns, link.name);
  if (!now) return;
  const { name, up } = link;
  if (now.up !== up) out.run(netns, { tool: "ip", action: "link-set", name, up });
  // A bridge makes its ports promiscuous by itself; agents ask it of a veth all the same.
  const asked = link.bridgePort === undefined || (isNew && link.kind === "veth");
  if (link.promisc && !now.promisc && asked) out.run(netns, { tool: "ip", action: "link-set", name, promisc: true });
}

function settleBridge(out: Recorder, netns: string, link: Link): void {
  const now = current(out, netns, link.name);
  const wanted = link.bridge;
  if (!now?.bridge || !wanted) return;
  const { name } = link;
  const { stp, ageingTime, vlanFiltering, nfCallIptables } = wanted;
  if (now.bridge.stp !== stp) out.run(netns, { tool: "brctl", action: "stp", bridge: name, on: stp });
  if (now.bridge.ageingTime !== ageingTime)
    out.run(netns, { tool: "brctl", action: "setageing", bridge: name, time: ageingTime / 100 });
  const filter = now.bridge.vlanFiltering !== vlanFiltering;
  const call = nfCallIptables !== undefined && now.bridge.nfCallIptables !== nfCallIptables;
  const bridge = { ...(filter && { vlanFiltering }), ...(call && { nfCallIptables }) };
  if (filter || call) out.run(netns, { tool: "ip", action: "link-set", name, bridge });
  if (now.up !== link.up) out.run(netns, { tool: "ip", action: "link-set", name, up: link.up });
}

function settleMaster(out: Recorder, netns: string, link: Link): void {
  const now = current(out, netns, link.name);
  if (!now || now.master === link.master) return;
  const { name, master } = link;
  const isBridge = (of: string | undefined) => of !== undefined && current(out, netns, of)?.kind === "bridge";
  if (now.master !== undefined) {
    if (isBridge(now.master)) out.run(netns, { tool: "brctl", action: "delif", bridge: now.master, device: name });
    else out.run(netns, { tool: "ip", action: "link-set", name, master: null });
  }
  if (master === undefined || !current(out, netns, master)) return;
  if (isBridge(master)) out.run(netns, { tool: "brctl", action: "addif", bridge: master, device: name });
  else out.run(netns, { tool: "ip", action: "link-set", name, master });
}

function settleLast(out: Recorder, netns: string, link: Link): void {
  settleAddress(out, netns, link);
  const now = current(out, netns, link.name);
  if (!now) return;
  const { name } = link;
  const port = link.bridgePort;
  if (port && now.bridgePort) {
    const flags: { hairpin?: boolean; isolated?: boolean; learning?: boolean; flood?: boolean } = {};
    for (const flag of ["hairpin", "isolated", "learning", "flood"] as const)
      if (port[flag] !== now.bridgePort[flag]) flags[flag] = port[flag];
    if (Object.keys(flags).length > 0) out.run(netns, { tool: "bridge", action: "link-set", dev: name, flags });
    settleVlans(out, netns, name, now.bridgePort, port);
  }
  const after = current(out, netns, name);
  if (after && after.promisc !== link.promisc && !(after.bridgePort && after.promisc))
    out.run(netns, { tool: "ip", action: "link-set", name, promisc: link.promisc });
}

type Port = NonNullable<Link["bridgePort"]>;

function settleVlans(out: Recorder, netns: string, dev: string, now: Port, wanted: Port): void {
  if (now.vlans === wanted.vlans && now.pvid === wanted.pvid) return;
  const text = (port: Port) =>
    (port.vlans ?? []).map((v) => `${v.from}-${v.to}${v.untagged ? "u" : ""}${port.pvid === v.from ? "p" : ""}`);
  const have = new Set(text(now));
  const want = new Set(text(wanted));
  for (const [i, key] of text(now).entries()) {
    const v = now.vlans?.[i];
    if (v && !want.has(key)) out.run(netns, { tool: "bridge", action: "vlan-del", dev, from: v.from, to: v.to });
  }
  for (const [i, key] of text(wanted).entries()) {
    const v = wanted.vlans?.[i];
    if (!v || have.has(key)) continue;
    const options = { ...(v.untagged && { untagged: true }), ...(wanted.pvid === v.from && { pvid: true }) };
    out.run(netns, { tool: "bridge", action: "vlan-add", dev, from: v.from, to: v.to, ...options });
  }
}

function current(out: Recorder, netns: string, name: string): Link | undefined {
  const ns = findNamespace(out.host, netns);
  return ns && findLink(ns, name);
}
