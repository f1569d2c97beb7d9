/** Devices that move from one namespace to another: each has one source and one target. */
import { findLink, findNamespace } from "../edit.ts";
import type { HostState, Link } from "../state.ts";
import { isSameDevice } from "./link-same.ts";

interface Move {
  readonly from: string;
  readonly to: string;
  /** As it is to be. */
  readonly link: Link;
}

/** The move by which a device comes to a namespace that has none of its name: from the first one that is not to keep it. */
export function moveTo(actual: HostState, desired: HostState, to: string, link: Link): Move | undefined {
  if (link.kind === "loopback") return undefined;
  const from = sourceOf(actual, desired, link);
  return from !== undefined && targetOf(actual, desired, link) === to ? { from, to, link } : undefined;
}

/** The move by which a device that a namespace is not to keep leaves it. */
export function moveFrom(actual: HostState, desired: HostState, from: string, link: Link): Move | undefined {
  if (link.kind === "loopback") return undefined;
  const to = targetOf(actual, desired, link);
  const ns = to === undefined ? undefined : findNamespace(desired, to);
  const wanted = ns && findLink(ns, link.name);
  if (to === undefined || !wanted || !isSameDevice(link, wanted)) return undefined;
  return sourceOf(actual, desired, wanted) === from ? { from, to, link: wanted } : undefined;
}

function sourceOf(actual: HostState, desired: HostState, link: Link): string | undefined {
  for (const ns of actual.namespaces) {
    const here = findLink(ns, link.name);
    if (here && isSameDevice(here, link) && !has(desired, ns.name, link)) return ns.name;
  }
  return undefined;
}

function targetOf(actual: HostState, desired: HostState, link: Link): string | undefined {
  for (const ns of desired.namespaces) {
    const wanted = findLink(ns, link.name);
    if (wanted?.kind === link.kind && !has(actual, ns.name, link)) return ns.name;
  }
  return undefined;
}

function has(host: HostState, netns: string, link: Link): boolean {
  const ns = findNamespace(host, netns);
  return ns !== undefined && findLink(ns, link.name) !== undefined;
}
