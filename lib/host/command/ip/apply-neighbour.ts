/** `ip neighbour` on a host (net/core/neighbour.c). */
import { namespaceOf, withNamespace } from "../../edit.ts";
import { linkOf, refused } from "../../kernel/links.ts";
import type { HostState, Namespace, Neighbour } from "../../state.ts";
import { CommandError } from "../command.ts";
import type { NeighCommand, NeighFlush } from "./command.ts";

export function applyNeighbour(host: HostState, netns: string, command: NeighCommand): HostState {
  linkOf(host, netns, command.dev);
  const ns = namespaceOf(host, netns);
  return withNamespace(host, command.proxy ? changeProxy(ns, command) : changeNeighbour(ns, command));
}

function changeProxy(ns: Namespace, { action, address, dev }: NeighCommand): Namespace {
  const at = ns.proxies.findIndex((p) => p.address === address && p.dev === dev);
  if (action !== "neigh-del") return at >= 0 ? ns : { ...ns, proxies: [...ns.proxies, { address, dev }] };
  if (at < 0) throw refused("No such file or directory");
  return { ...ns, proxies: ns.proxies.toSpliced(at, 1) };
}

function changeNeighbour(ns: Namespace, command: NeighCommand): Namespace {
  const { action, address, dev, mac, nud } = command;
  const at = ns.neighbours.findIndex((n) => n.address === address && n.dev === dev);
  if (action === "neigh-del") {
    if (at < 0) throw refused("No such file or directory");
    return { ...ns, neighbours: ns.neighbours.toSpliced(at, 1) };
  }
  if (action === "neigh-add" && at >= 0) throw refused("File exists");
  if (action === "neigh-change" && at < 0) throw refused("No such file or directory");
  const known = ns.neighbours[at]?.mac;
  if (mac === undefined && known === undefined && needsMac(nud))
    throw new CommandError("Error: No link layer address given.", 2);
  const link = mac ?? known;
  const entry: Neighbour = { address, dev, state: [stateOf(nud)], ...(link !== undefined && { mac: link }) };
  return { ...ns, neighbours: at < 0 ? [...ns.neighbours, entry] : ns.neighbours.with(at, entry) };
}

function needsMac(nud: string | undefined): boolean {
  return nud === undefined || ["permanent", "reachable", "stale", "delay", "probe"].includes(nud);
}

function stateOf(nud: string | undefined): string {
  return (nud ?? "permanent").toUpperCase();
}

/** Entries that were not made by hand, as iproute2 leaves permanent ones alone. */
export function flushNeighbours(host: HostState, netns: string, { dev, family }: NeighFlush): HostState {
  if (dev !== undefined) linkOf(host, netns, dev);
  const ns = namespaceOf(host, netns);
  const gone = (n: Neighbour) =>
    (dev === undefined || n.dev === dev) &&
    (family === undefined || (family === 6) === n.address.includes(":")) &&
    !n.state.includes("PERMANENT") &&
    !n.state.includes("NOARP");
  const neighbours = ns.neighbours.filter((n) => !gone(n));
  return neighbours.length === ns.neighbours.length ? host : withNamespace(host, { ...ns, neighbours });
}
