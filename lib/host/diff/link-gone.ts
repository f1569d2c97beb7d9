/** Devices that go. */

import { differing } from "../differing.ts";
import { findLink, findNamespace } from "../edit.ts";
import { type Placed, peerOf } from "../kernel/links.ts";
import type { HostState, Link } from "../state.ts";
import { moveFrom } from "./link-moves.ts";
import { isMade, isSameDevice } from "./link-same.ts";
import { commonNamespaces } from "./lists.ts";
import { type Change, Recorder } from "./recorder.ts";

/** Deletes what is not wanted, and what cannot be changed into what is. A deleted device may take others with it. */
export function goneLinks(actual: HostState, desired: HostState): Change {
  const out = new Recorder(actual);
  for (const [ns, wanted] of commonNamespaces(actual, desired)) {
    for (const link of differing(ns.links, wanted.links).gone) {
      if (!isMade(actual, link)) continue;
      const to = becomes(actual, desired, ns.name, link);
      if (to && isPairKept(actual, desired, ns.name, link, to)) continue;
      const here = findNamespace(out.host, ns.name);
      if (here && findLink(here, link.name)) remove(out, ns.name, link);
    }
  }
  return out;
}

/** What a device is to be, and where, if it can be that by being told. */
function becomes(actual: HostState, desired: HostState, netns: string, link: Link): Placed | undefined {
  const ns = findNamespace(desired, netns);
  const kept = ns && findLink(ns, link.name);
  if (kept) return isSameDevice(link, kept) ? { netns, link: kept } : undefined;
  const move = moveFrom(actual, desired, netns, link);
  return move && { netns: move.to, link: move.link };
}

/** The other end of a veth is to be the other end of what this one becomes, else both are made anew. */
function isPairKept(actual: HostState, desired: HostState, netns: string, link: Link, to: Placed): boolean {
  const peer = peerOf(actual, netns, link);
  if (!peer) return true;
  const other = becomes(actual, desired, peer.netns, peer.link);
  const wanted = peerOf(desired, to.netns, to.link);
  return other !== undefined && other.link === wanted?.link;
}

function remove(out: Recorder, netns: string, { name, kind }: Link): void {
  if (kind === "bridge") {
    out.run(netns, { tool: "ip", action: "link-set", name, up: false });
    out.run(netns, { tool: "brctl", action: "delbr", bridge: name });
  } else if (kind === "tap" || kind === "tun") out.run(netns, { tool: "ip", action: "tuntap-del", name, mode: kind });
  else out.run(netns, { tool: "ip", action: "link-del", name });
}
