/** Namespaces that go and come. */
import type { Command } from "../command/command.ts";
import { differing } from "../differing.ts";
import { findLink, findNamespace, ROOT } from "../edit.ts";
import type { HostState } from "../state.ts";
import { moveFrom } from "./link-moves.ts";
import { type Change, Recorder } from "./recorder.ts";

/** Devices that are still wanted, elsewhere, leave first. */
export function goneNamespaces(actual: HostState, desired: HostState): Change {
  const out = new Recorder(actual);
  for (const ns of differing(actual.namespaces, desired.namespaces).gone) {
    if (ns.name === ROOT || findNamespace(desired, ns.name)) continue;
    for (const link of ns.links) {
      const move = moveFrom(actual, desired, ns.name, link);
      const home = findNamespace(out.host, ROOT);
      if (move && home && !findLink(home, link.name))
        out.run(ns.name, { tool: "ip", action: "link-set", name: link.name, netns: "1" });
    }
    out.run(ROOT, { tool: "ip", action: "netns-del", name: ns.name });
  }
  return out;
}

export function newNamespaces(actual: HostState, desired: HostState): Command[] {
  return differing(actual.namespaces, desired.namespaces)
    .come.filter((ns) => !findNamespace(actual, ns.name))
    .map(({ name }) => ({ netns: ROOT, run: { tool: "ip", action: "netns-add", name } }));
}
