/** Devices that go. */
import { findLink, findNamespace } from "../edit.ts";
import type { HostState, Link } from "../state.ts";
import { isMade, isSameDevice } from "./link-same.ts";
import { commonNamespaces, differing } from "./lists.ts";
import { type Change, Recorder } from "./recorder.ts";

/** Deletes what is not wanted, and what cannot be changed into what is. A deleted device may take others with it. */
export function goneLinks(actual: HostState, desired: HostState): Change {
  const out = new Recorder(actual);
  for (const [ns, wanted] of commonNamespaces(actual, desired)) {
    for (const link of differing(ns.links, wanted.links).gone) {
      if (!isMade(actual, link)) continue;
      const other = findLink(wanted, link.name) ?? elsewhere(actual, desired, link);
      if (other && isSameDevice(link, other)) continue;
      const here = findNamespace(out.host, ns.name);
      if (here && findLink(here, link.name)) remove(out, ns.name, link);
    }
  }
  return out;
}

/** Where the device is wanted, when another namespace is to have it that has none of its name. */
export function elsewhere(actual: HostState, desired: HostState, link: Link): Link | undefined {
  for (const ns of desired.namespaces) {
    const wanted = findLink(ns, link.name);
    if (wanted?.kind !== link.kind) continue;
    const there = findNamespace(actual, ns.name);
    if (!there || !findLink(there, link.name)) return wanted;
  }
  return undefined;
}

function remove(out: Recorder, netns: string, { name, kind }: Link): void {
  if (kind === "bridge") {
    out.run(netns, { tool: "ip", action: "link-set", name, up: false });
    out.run(netns, { tool: "brctl", action: "delbr", bridge: name });
  } else if (kind === "tap" || kind === "tun") out.run(netns, { tool: "ip", action: "tuntap-del", name, mode: kind });
  else out.run(netns, { tool: "ip", action: "link-del", name });
}
