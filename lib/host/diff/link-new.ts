/** Devices that come, each with what it is told at once: in the order of their indexes, as they were thought of. */
import type { LinkAdd, TunnelSpec } from "../command/ip/command.ts";
import { differing } from "../differing.ts";
import { findLink, findNamespace, namespaceOf, ROOT } from "../edit.ts";
import type { HostState, Link } from "../state.ts";
import { settleLink } from "./link.ts";
import { moveTo } from "./link-moves.ts";
import { isMade } from "./link-same.ts";
import { commonNamespaces } from "./lists.ts";
import { type Change, Recorder } from "./recorder.ts";

interface Wanted {
  readonly netns: string;
  readonly link: Link;
}

export function newLinks(actual: HostState, desired: HostState): Change {
  const out = new Recorder(actual);
  const wanted: Wanted[] = [];
  for (const [ns, after] of commonNamespaces(actual, desired))
    for (const link of differing(ns.links, after.links).come)
      if (isMade(desired, link) && !findLink(ns, link.name) && !moveTo(actual, desired, ns.name, link))
        wanted.push({ netns: ns.name, link });
  for (const one of inOrder(wanted)) make(out, desired, one);
  return out;
}

/**
 * By index; a device after the one that it stands on. Of two ends of a veth the kernel makes the peer first, so that the one
 * with the higher index is the one that was named first; across namespaces it is the one in the host's own.
 */
function inOrder(wanted: readonly Wanted[]): Wanted[] {
  const sorted = [...wanted].sort((a, b) => rank(a) - rank(b) || (a.netns < b.netns ? 1 : -1));
  const out: Wanted[] = [];
  const add = (one: Wanted) => {
    if (out.includes(one)) return;
    const { kind, linkName, linkNetns } = one.link;
    if (kind !== "veth" && linkName !== undefined) {
      const parent = sorted.find((w) => w.link.name === linkName && w.netns === (linkNetns ?? one.netns));
      if (parent) add(parent);
    }
    out.push(one);
  };
  for (const one of sorted) add(one);
  return out;
}

function rank({ netns, link }: Wanted): number {
  const first = link.linkNetns !== undefined && netns === ROOT ? 0.5 : 0;
  // A pair counts as its higher index.
  return link.kind === "veth" && link.linkNetns === undefined ? link.ifindex : link.ifindex - first;
}

function make(out: Recorder, desired: HostState, { netns, link }: Wanted): void {
  if (findLink(namespaceOf(out.host, netns), link.name)) return;
  const { name } = link;
  switch (link.kind) {
    case "bridge":
      out.run(netns, { tool: "brctl", action: "addbr", bridge: name });
      out.run(netns, { tool: "brctl", action: "setfd", bridge: name, time: 0 });
      out.run(netns, { tool: "brctl", action: "stp", bridge: name, on: link.bridge?.stp ?? false });
      return;
    case "tap":
    case "tun":
      out.run(netns, { tool: "ip", action: "tuntap-add", name, mode: link.kind });
      break;
    case "veth":
      makeVeth(out, desired, { netns, link });
      return;
    case "dummy":
      out.run(netns, { ...added(name), device: { kind: "dummy" } });
      break;
    case "vlan": {
      const { id = 0, protocol = "802.1Q" } = link.vlan ?? {};
      const device = { kind: "vlan" as const, id, ...(protocol !== "802.1Q" && { protocol }) };
      parentUp(out, desired, netns, link);
      makeOn(out, netns, link, { ...added(name), device });
      break;
    }
    case "macvlan": {
      const device = { kind: "macvlan" as const, ...(link.macvlanMode !== undefined && { mode: link.macvlanMode }) };
      makeOn(out, netns, link, { ...added(name), device });
      break;
    }
    case "vxlan":
    case "gre":
    case "gretap":
    case "geneve":
      out.run(netns, { ...added(name), device: tunnelSpec(link.kind, link) });
      break;
    default:
      return;
  }
  settleLink(out, netns, link, true);
}

function added(name: string): Omit<LinkAdd, "device"> {
  return { tool: "ip", action: "link-add", name };
}

/** Where its parent is; it will be moved to where it belongs. Without its parent it cannot be. */
function makeOn(out: Recorder, netns: string, link: Link, command: LinkAdd): void {
  const home = link.linkNetns ?? netns;
  const ns = findNamespace(out.host, home);
  if (!ns || link.linkName === undefined || !findLink(ns, link.linkName)) return;
  out.run(home, { ...command, link: link.linkName, ...(home !== netns && { netns }) });
}

/** A VLAN comes up on a device that is up only. */
function parentUp(out: Recorder, desired: HostState, netns: string, { linkNetns = netns, linkName = "" }: Link): void {
  const home = findNamespace(desired, linkNetns);
  const parent = home && findLink(home, linkName);
  if (parent?.up && findNamespace(out.host, linkNetns)) settleLink(out, linkNetns, parent, false);
}

function tunnelSpec(kind: TunnelSpec["kind"], { tunnel = {} }: Link): TunnelSpec {
  const { key, local, remote, group, dev, port, ttl, learning, external } = tunnel;
  return {
    kind,
    ...(key !== undefined && { key }),
    ...(local !== undefined && { local }),
    ...(remote !== undefined && { remote }),
    ...(group !== undefined && { group }),
    ...(dev !== undefined && { dev }),
    ...(port !== undefined && { dstport: port }),
    ...(ttl !== undefined && { ttl }),
    ...(learning === false && { learning }),
    ...(external && { external }),
  };
}

/** Both ends at once; each is then told what it is to be where it is. */
function makeVeth(out: Recorder, desired: HostState, wanted: Wanted): void {
  const far = wanted.link.linkNetns ?? wanted.netns;
  const there = findNamespace(desired, far);
  const peer = there && findLink(there, wanted.link.linkName ?? "");
  if (!peer || !findNamespace(out.host, far)) return;
  const other: Wanted = { netns: far, link: peer };
  const [one, two] = far === wanted.netns && peer.ifindex > wanted.link.ifindex ? [other, wanted] : [wanted, other];
  const device = {
    kind: "veth" as const,
    peer: two.link.name,
    ...(one.netns !== two.netns && { peerNetns: two.netns === ROOT ? "1" : two.netns }),
  };
  out.run(one.netns, { ...added(one.link.name), device });
  settleLink(out, one.netns, one.link, true);
  settleLink(out, two.netns, two.link, true);
}
