/** Devices that are made in one namespace and work in another. */
import { findLink, findNamespace, ROOT } from "../edit.ts";
import type { HostState } from "../state.ts";
import { settleAddress } from "./link.ts";
import { comesFrom } from "./link-new.ts";
import { commonNamespaces, differing } from "./lists.ts";
import { type Change, Recorder } from "./recorder.ts";

/** Each gets its address and MTU first, as agents do it. */
export function placeLinks(actual: HostState, desired: HostState): Change {
  const out = new Recorder(actual);
  for (const [ns, wanted] of commonNamespaces(actual, desired))
    for (const link of differing(ns.links, wanted.links).come) {
      const here = findNamespace(out.host, ns.name);
      if (link.kind === "loopback" || !here || findLink(here, link.name)) continue;
      const from = comesFrom(out.host, desired, link);
      if (from === undefined) continue;
      settleAddress(out, from, link);
      const netns = ns.name === ROOT ? "1" : ns.name;
      out.run(from, { tool: "ip", action: "link-set", name: link.name, netns });
    }
  return out;
}
