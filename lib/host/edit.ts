/** Copies of a host with one part changed; what did not change keeps its identity, so that comparing is cheap. */
import { CommandError } from "./command/command.ts";
import type { HostState, Link, Namespace } from "./state.ts";

export const ROOT = "root";

export function findNamespace(host: HostState, name: string): Namespace | undefined {
  return host.namespaces.find((ns) => ns.name === name);
}

/** Throws what `ip netns exec` says of a namespace that is not there. */
export function namespaceOf(host: HostState, name: string): Namespace {
  const found = findNamespace(host, name);
  if (!found) throw new CommandError(`Cannot open network namespace "${name}": No such file or directory`);
  return found;
}

/** The host with this namespace in place of the one of its name. */
export function withNamespace(host: HostState, ns: Namespace): HostState {
  const at = host.namespaces.findIndex((n) => n.name === ns.name);
  if (host.namespaces[at] === ns) return host;
  return { ...host, namespaces: at < 0 ? [...host.namespaces, ns] : host.namespaces.with(at, ns) };
}

/** The host with some parts of a namespace replaced. */
export function editNamespace(host: HostState, name: string, changes: Partial<Namespace>): HostState {
  return withNamespace(host, { ...namespaceOf(host, name), ...changes });
}

/**
 * Where devices are in a list, by name. Lists that follow from each other share one: it knows every name of them all, so that
 * a name that it lacks is in none. They are alike in what they began with, but for what was taken out of them since; behind
 * that, a place is believed only when the name is there.
 */
interface Places {
  readonly byName: Map<string, number>;
  readonly begin: number;
  /** How many were taken out: so far may the others have moved up. */
  readonly moved: number;
}

const places = new WeakMap<readonly Link[], Places>();

/** A list that has so many more than it began with is a new beginning. */
const MOST_BEHIND = 1024;
/** So is one of which more than this were taken out. */
const MOST_MOVED = 512;

function placesOf(links: readonly Link[]): Places {
  let own = places.get(links);
  if (!own) {
    own = { byName: new Map(links.map((link, i) => [link.name, i])), begin: links.length, moved: 0 };
    places.set(links, own);
  }
  return own;
}

/** Names of devices that stand, or stood, on each other, or are or were in a bridge: shared in the same way. */
type Dependants = Map<string, Set<string>>;

const dependants = new WeakMap<readonly Link[], Dependants>();

function allDependants(links: readonly Link[]): Dependants {
  let map = dependants.get(links);
  if (!map) {
    map = new Map();
    for (const link of links) note(map, link);
    dependants.set(links, map);
  }
  return map;
}

function note(map: Dependants, link: Link): void {
  for (const other of [link.master, parentOf(link)]) {
    if (other === undefined) continue;
    const names = map.get(other);
    if (names) names.add(link.name);
    else map.set(other, new Set([link.name]));
  }
}

/** The list `to` is `from` with this device put in, or in place of another of its name. */
function follow(from: readonly Link[], to: readonly Link[], link: Link): void {
  const own = placesOf(from);
  if (to.length - own.begin + own.moved <= MOST_BEHIND) places.set(to, own);
  const map = dependants.get(from);
  if (!map) return;
  note(map, link);
  dependants.set(to, map);
}

/** The device that a VLAN, macvlan or VXLAN device stands on; it may be in another namespace. */
export function parentOf(link: Link): string | undefined {
  return link.kind === "vxlan" ? link.tunnel?.dev : link.kind === "veth" ? undefined : link.linkName;
}

/** -1 where there is no device of this name. */
function placeOf(links: readonly Link[], name: string): number {
  const { byName, begin, moved } = placesOf(links);
  const at = byName.get(name);
  if (at === undefined) return -1;
  for (let i = at; i >= 0 && i >= at - moved; i--) if (links[i]?.name === name) return i;
  for (let i = Math.max(0, begin - moved); i < links.length; i++) if (links[i]?.name === name) return i;
  return -1;
}

export function findLink(ns: Namespace, name: string): Link | undefined {
  return ns.links[placeOf(ns.links, name)];
}

/** Devices that have this one as their master or parent, in the order of the list. */
export function dependantsOf(links: readonly Link[], name: string): Link[] {
  const names = allDependants(links).get(name);
  if (!names) return [];
  const found: number[] = [];
  for (const one of names) {
    const at = placeOf(links, one);
    const link = links[at];
    if (link && (link.master === name || parentOf(link) === name)) found.push(at);
  }
  return found.sort((a, b) => a - b).map((at) => links[at] as Link); // All of them are in it.
}

/** The list with this device in place of the one of its name; the same list where it is that one, or there is none. */
export function linksWith(links: Link[], link: Link): Link[] {
  const at = placeOf(links, link.name);
  if (at < 0 || links[at] === link) return links;
  const out = links.with(at, link);
  follow(links, out, link);
  return out;
}

/** The list with more devices, whose names are not in it. */
export function linksAnd(links: Link[], ...more: readonly Link[]): Link[] {
  if (more.length === 0) return links;
  const out = links.concat(more);
  const { byName, begin } = placesOf(links);
  // One of the first that went and comes again: lists that came before have it where it was.
  if (more.some(({ name }) => (byName.get(name) ?? begin) < begin)) return out;
  more.forEach((link, i) => {
    byName.set(link.name, links.length + i);
    follow(links, out, link);
  });
  return out;
}

/** The list without the device of this name. */
export function linksWithout(links: Link[], name: string): Link[] {
  const at = placeOf(links, name);
  if (at < 0) return links;
  const out = links.toSpliced(at, 1);
  const { byName, begin, moved } = placesOf(links);
  if (moved < MOST_MOVED) places.set(out, { byName, begin, moved: moved + 1 });
  const map = dependants.get(links);
  if (map) dependants.set(out, map);
  return out;
}
