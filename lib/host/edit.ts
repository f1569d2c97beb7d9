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

export function findLink(ns: Namespace, name: string): Link | undefined {
  return ns.links.find((link) => link.name === name);
}
