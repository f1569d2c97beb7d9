/** Devices that are made in one namespace and work in another. */

import { differing } from "../differing.ts";
import { findLink, ROOT } from "../edit.ts";
import type { HostState } from "../state.ts";
import { settleMac } from "./link.ts";
import { moveTo } from "./link-moves.ts";
import { commonNamespaces } from "./lists.ts";
import { type Change, Recorder } from "./recorder.ts";

/**
 * Each gets its address first, and its MTU where it works, as agents do it: as long as Open vSwitch has a device at hand, it
 * gives it the least MTU of the bridge. Source: neutron/agent/linux/interface.py OVSInterfaceDriver.plug_new.
 */
export function placeLinks(actual: HostState, desired: HostState): Change {
  const out = new Recorder(actual);
  for (const [ns, wanted] of commonNamespaces(actual, desired))
    for (const link of differing(ns.links, wanted.links).come) {
      if (findLink(ns, link.name)) continue;
      const move = moveTo(out.host, desired, ns.name, link);
      if (!move) continue;
      settleMac(out, move.from, link);
      const netns = ns.name === ROOT ? "1" : ns.name;
      out.run(move.from, { tool: "ip", action: "link-set", name: link.name, netns });
    }
  return out;
}
