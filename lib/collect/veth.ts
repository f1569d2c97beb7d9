/**
 * Finds the other end of links whose peer is in another namespace. The kernel prints the peer's interface index there and
 * a namespace id that only the printing namespace understands; `ip netns list` translates the ids of the root namespace.
 */
import type { Link, Namespace } from "../host/state.ts";
import type { GapLog } from "./gaps.ts";
import type { NetnsEntry } from "./parse/netns.ts";

interface End {
  netns: string;
  link: Link;
}

export function resolvePeers(namespaces: Namespace[], ids: NetnsEntry[], log: GapLog): void {
  const nameOfId = new Map(ids.flatMap(({ name, id }) => (id === undefined ? [] : [[id, name] as const])));
  const byIndex = new Map(namespaces.map((ns) => [ns.name, new Map(ns.links.map((link) => [link.ifindex, link]))]));
  const open: End[] = [];
  for (const namespace of namespaces) {
    for (const link of namespace.links) {
      if (link.linkIndex === undefined) continue;
      if (link.linkNetnsId === undefined) nameInPlace(link, byIndex.get(namespace.name));
      else open.push({ netns: namespace.name, link });
    }
  }
  for (const end of open) {
    if (end.netns !== "root") continue;
    const netns = nameOfId.get(end.link.linkNetnsId as number);
    const peer = netns === undefined ? undefined : byIndex.get(netns)?.get(end.link.linkIndex as number);
    if (netns !== undefined && peer && fits(end.link, peer)) join(end, { netns, link: peer });
  }
  for (const end of open) if (end.link.linkNetns === undefined) matchUniquely(end, open, byIndex, nameOfId, log);
}

function nameInPlace(link: Link, links: ReadonlyMap<number, Link> | undefined): void {
  const other = links?.get(link.linkIndex as number);
  if (other && link.linkName === undefined) link.linkName = other.name;
}

/** Two ends of one veth name each other; any other kind names its parent, which knows nothing of it. */
function fits(link: Link, other: Link): boolean {
  if (link.kind !== "veth") return other.kind !== "veth" || other.linkIndex !== link.ifindex;
  return other.kind === "veth" && other.linkIndex === link.ifindex && other.linkNetns === undefined;
}

function join(a: End, b: End): void {
  a.link.linkName = b.link.name;
  a.link.linkNetns = b.netns;
  if (a.link.kind !== "veth") return;
  b.link.linkName = a.link.name;
  b.link.linkNetns = a.netns;
}

function matchUniquely(
  end: End,
  open: readonly End[],
  byIndex: ReadonlyMap<string, ReadonlyMap<number, Link>>,
  nameOfId: ReadonlyMap<number, string>,
  log: GapLog,
): void {
  // From the root namespace the id is known, or it is the id of a namespace without a name: nothing to guess.
  if (end.netns === "root" && nameOfId.size > 0) return;
  const { link } = end;
  let candidates: End[] = [];
  if (link.kind === "veth") {
    candidates = open.filter((o) => o.netns !== end.netns && o.link.ifindex === link.linkIndex && fits(link, o.link));
  } else {
    // The parent of a VLAN or macvlan device that was moved away is in the root namespace, where agents make them.
    const parent = byIndex.get("root")?.get(link.linkIndex as number);
    if (end.netns !== "root" && parent) candidates = [{ netns: "root", link: parent }];
  }
  if (candidates.length > 1) {
    // rfp-x and fpr-x, qvbx and qvox: both ends carry the same id after a prefix of three characters.
    const named = candidates.filter((c) => c.link.name.slice(3) === link.name.slice(3));
    if (named.length === 1) candidates = named;
  }
  const [only] = candidates;
  if (candidates.length === 1 && only) join(end, only);
  else if (candidates.length > 1) {
    const names = candidates.map((c) => `${c.netns}/${c.link.name}`).join(", ");
    log.add(
      `${end.netns === "root" ? "root" : `netns/${end.netns}`}/ip-j-d-link.json`,
      `the peer of ${link.name} may be any of ${names}`,
    );
  }
}
