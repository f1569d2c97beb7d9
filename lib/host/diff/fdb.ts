/** Forwarding entries that somebody wrote: l2population's, mostly. Learned ones, and the kernel's own, come and go by themselves. */
import { isGroupMac, ZERO_MAC } from "../../net/address.ts";
import type { BridgeCommand } from "../command/bridge.ts";
import { findLink } from "../edit.ts";
import type { FdbEntry, HostState, Namespace } from "../state.ts";
import { commonNamespaces, differingBy } from "./lists.ts";
import { type Change, Recorder } from "./recorder.ts";

export function diffFdb(actual: HostState, desired: HostState): Change {
  const out = new Recorder(actual);
  for (const [ns, wanted] of commonNamespaces(actual, desired)) {
    const { gone, come } = differingBy(ns.fdb, wanted.fdb, key);
    const replaced = new Set(come.filter((e) => !isMany(e)).map(place));
    for (const entry of gone)
      if (isWritten(ns, entry) && !replaced.has(place(entry))) out.run(ns.name, command("del", entry));
    for (const entry of come)
      if (isWritten(wanted, entry) && findLink(ns, entry.dev))
        out.run(ns.name, command(isMany(entry) ? "append" : "replace", entry));
  }
  return out;
}

/** Floods go to several destinations. */
function isMany(entry: FdbEntry): boolean {
  return entry.mac === ZERO_MAC && entry.dst !== undefined;
}

/** Not what a device listens to by itself, nor a port's own address, nor what was learned. */
function isWritten(ns: Namespace, entry: FdbEntry): boolean {
  if (entry.dst !== undefined) return entry.state !== undefined || entry.permanent;
  if (entry.self && isGroupMac(entry.mac)) return false;
  if (entry.master !== undefined && ns.links.some((l) => l.mac === entry.mac)) return false;
  return entry.permanent || entry.state === "static";
}

function place(e: FdbEntry): string {
  return [e.mac, e.dev, e.vlan ?? "", e.master ?? "", e.self].join(" ");
}

function key(e: FdbEntry): string {
  return [place(e), e.dst ?? "", e.state ?? "", e.permanent].join(" ");
}

function command(verb: "append" | "replace" | "del", e: FdbEntry): BridgeCommand {
  return {
    ...{ tool: "bridge", action: "fdb", verb, mac: e.mac, dev: e.dev, master: e.master !== undefined },
    state: e.state === "static" ? "static" : "permanent",
    ...(e.dst !== undefined && { dst: e.dst }),
    ...(e.vlan !== undefined && { vlan: e.vlan }),
  };
}
