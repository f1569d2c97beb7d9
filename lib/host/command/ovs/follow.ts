/** What the switch notices when a device of its own changes behind its back: moves, comes, goes, or is set up or down. */

import { nextOfport } from "../../allocate.ts";
import { findLink, ROOT } from "../../edit.ts";
import type { HostState, Link, OvsBridge, OvsInterface, OvsPort } from "../../state.ts";
import { withBridge, withPort } from "./bridges.ts";
import { DEFAULT_MTU, enslave, seen } from "./device.ts";
import { adjustMtu } from "./reconfigure.ts";

interface Site {
  bridge: OvsBridge;
  port: OvsPort;
  row: OvsInterface;
}

function siteOf(host: HostState, name: string): Site | undefined {
  for (const bridge of host.ovs?.bridges ?? [])
    for (const port of bridge.ports)
      for (const row of port.interfaces) if (row.name === name) return { bridge, port, row };
  return undefined;
}

/** To be called after a device of this name was made, changed, moved or deleted. The same host where no port has it. */
export function followDevice(host: HostState, name: string): HostState {
  const site = siteOf(host, name);
  if (!site) return host;
  const { bridge, port, row } = site;
  const system = row.type === "" || row.type === "system";
  if (!system && row.type !== "internal") return host;
  const home = homeOf(host, row);
  let out = host;
  let next: OvsInterface;
  if (!home || (system && home.netns !== ROOT)) {
    // The kernel takes a device that leaves out of the datapath; an internal port keeps its number.
    next = system ? lost(row) : row;
  } else {
    next = seen(row, home.link, home.netns);
    if (system && (row.ofport === undefined || row.ofport < 0)) {
      out = enslave(out, name, bridge.datapathType);
      next = { ...next, ofport: nextOfport(bridge) };
    }
  }
  if (same(row, next)) return out;
  const interfaces = port.interfaces.map((one) => (one === row ? next : one));
  const after = withPort(bridge, { ...port, interfaces });
  out = withBridge(out, after);
  return system && row.mtu !== next.mtu ? adjustMtu(out, after, knownMtu(bridge)) : out;
}

function homeOf(host: HostState, row: OvsInterface): { netns: string; link: Link } | undefined {
  const near = host.namespaces.find((ns) => ns.name === (row.netns ?? ROOT));
  const link = near && findLink(near, row.name);
  if (near && link) return { netns: near.name, link };
  for (const ns of host.namespaces) {
    const found = findLink(ns, row.name);
    if (found) return { netns: ns.name, link: found };
  }
  return undefined;
}

function lost(row: OvsInterface): OvsInterface {
  return {
    name: row.name,
    type: row.type,
    options: row.options,
    externalIds: row.externalIds,
    config: [],
    state: [],
    ofport: -1,
    error: `could not open network device ${row.name} (No such device)`,
  };
}

function same(a: OvsInterface, b: OvsInterface): boolean {
  return (
    a === b ||
    (a.ofport === b.ofport &&
      a.mac === b.mac &&
      a.mtu === b.mtu &&
      a.adminUp === b.adminUp &&
      a.linkUp === b.linkUp &&
      a.netns === b.netns &&
      a.error === b.error &&
      a.config.join() === b.config.join() &&
      a.state.join() === b.state.join())
  );
}

/** The least MTU as the rows have it: what the switch went by until now. */
function knownMtu(bridge: OvsBridge): number {
  let least = 0;
  for (const port of bridge.ports)
    for (const { type, mtu } of port.interfaces)
      if ((type === "" || type === "system") && mtu !== undefined && (least === 0 || mtu < least)) least = mtu;
  return least || DEFAULT_MTU;
}
