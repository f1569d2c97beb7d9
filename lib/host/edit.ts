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
 * a name that it lacks is in none; a place is believed only when the name is there.
 */
const places = new WeakMap<readonly Link[], Map<string, number>>();

function placesOf(links: readonly Link[]): Map<string, number> {
  let map = places.get(links);
  if (!map) {
    map = new Map(links.map((link, i) => [link.name, i]));
    places.set(links, map);
  }
  return map;
}

/** -1 where there is no device of this name. */
function placeOf(links: readonly Link[], name: string): number {
  const at = placesOf(links).get(name);
  if (at === undefined || links[at]?.name === name) return at ?? -1;
  return links.findIndex((link) => link.name === name);
}

export function findLink(ns: Namespace, name: string): Link | undefined {
  return ns.links[placeOf(ns.links, name)];
}

/** The list with this device in place of the one of its name; the same list where it is that one, or there is none. */
export function linksWith(links: Link[], link: Link): Link[] {
  const at = placeOf(links, link.name);
  if (at < 0 || links[at] === link) return links;
  const out = links.with(at, link);
  places.set(out, placesOf(links));
  return out;
}

/** The list with one more device. */
export function linksAnd(links: Link[], link: Link): Link[] {
  const out = [...links, link];
  const map = placesOf(links);
  map.set(link.name, links.length);
  places.set(out, map);
  return out;
}
