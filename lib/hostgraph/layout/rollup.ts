/** Above a thousand elements a picture overwhelms: guests and DHCP servers are stacked, and open on demand, one by one or all. */
import type { HostGraph } from "../../api/http.ts";
import type { SceneNode } from "./scene.ts";
import { byName } from "./sort.ts";

export const ELEMENT_LIMIT = 1000;
/** With stacks opened: what still lays out and paints within seconds (a host of about 7,500 devices has 14,000). */
const OPEN_LIMIT = 20_000;
/** In place of a stack's id: every stack. */
export const ALL_STACKS = "all";
const CHUNK = 50;

export interface RolledGraph {
  nodes: SceneNode[];
  edges: HostGraph["edges"];
  /** Ids of the stacks that are closed. */
  stacks: string[];
}

interface Group {
  id: string;
  kind: "guests" | "namespaces";
  title: string;
  members: SceneNode[];
  count: number;
}

/** Stacks in `open` are drawn in full, as long as the picture stays below the higher limit: the first ones win. */
export function rollUp(graph: HostGraph, open: readonly string[] = []): RolledGraph {
  const size = graph.nodes.length + graph.edges.length;
  if (size <= ELEMENT_LIMIT) return { nodes: graph.nodes, edges: graph.edges, stacks: [] };
  const groups = groupsOf(graph);
  const wanted = new Set(open);
  const all = wanted.has(ALL_STACKS);
  let budget = OPEN_LIMIT - (size - groups.reduce((sum, group) => sum + group.members.length * 2, 0));
  const closed = groups.filter((group) => {
    const cost = group.members.length * 2;
    if (!(all || wanted.has(group.id)) || cost > budget) return true;
    budget -= cost;
    return false;
  });
  const hidden = new Map(closed.flatMap((group) => group.members.map((node) => [node.id, group] as const)));
  const kept = graph.nodes.filter((node) => !hidden.has(node.id));
  const stacked = closed.map(stackNodes);
  return {
    nodes: [...kept, ...stacked.flatMap((s) => s.nodes)],
    edges: [
      ...graph.edges.filter((edge) => !hidden.has(edge.from) && !hidden.has(edge.to)),
      ...stacked.flatMap((s) => s.edges),
    ],
    stacks: closed.map((group) => group.id),
  };
}

/** Below this a stack would save nothing. */
const SMALLEST = 4;

function groupsOf(graph: HostGraph): Group[] {
  return [...guestGroups(graph), ...namespaceGroups(graph)].filter((group) => group.count >= SMALLEST);
}

/** The stack that a device would be in; undefined where nothing is stacked, or not this device. */
export function stackOf(graph: HostGraph, id: string): string | undefined {
  if (graph.nodes.length + graph.edges.length <= ELEMENT_LIMIT) return undefined;
  const belongs = (node: SceneNode) => node.id === id || `${node.netns}/` === id;
  return groupsOf(graph).find((group) => group.members.some(belongs))?.id;
}

/** `web-48 … 97`: what both names begin with is said once. */
function rangeTitle(first: string, last: string): string {
  let same = 0;
  while (same < first.length && first[same] === last[same]) same++;
  while (same > 0 && /\d/.test(first[same - 1] ?? "")) same--;
  return `${first} … ${/^\d+$/.test(last.slice(same)) ? last.slice(same) : last}`;
}

function chunks<T>(list: T[]): T[][] {
  const result: T[][] = [];
  for (let at = 0; at < list.length; at += CHUNK) result.push(list.slice(at, at + CHUNK));
  return result;
}

function pushTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Guests by network, with every device of theirs that is named after their port. */
function guestGroups(graph: HostGraph): Group[] {
  const byPort = new Map<string, SceneNode[]>();
  for (const node of graph.nodes) {
    if (node.portId && (node.netns === "root" || node.kind === "guest")) pushTo(byPort, node.portId, node);
  }
  const byNetwork = new Map<string, SceneNode[]>();
  for (const node of graph.nodes) if (node.kind === "guest") pushTo(byNetwork, node.networkId ?? "", node);
  return [...byNetwork].flatMap(([network, guests]) =>
    chunks(guests.sort((a, b) => byName(a.label ?? a.id, b.label ?? b.id) || byName(a.id, b.id))).map(
      (chunk, index) => ({
        id: `guests:${network}:${index}`,
        kind: "guests" as const,
        title: rangeTitle(chunk[0]?.label ?? "", chunk.at(-1)?.label ?? ""),
        members: chunk.flatMap((guest) => byPort.get(guest.portId ?? "") ?? [guest]),
        count: chunk.length,
      }),
    ),
  );
}

/** Agents' namespaces by kind (qdhcp, qrouter, …). */
function namespaceGroups(graph: HostGraph): Group[] {
  const byPrefix = new Map<string, Map<string, SceneNode[]>>();
  for (const node of graph.nodes) {
    const prefix = /^(qdhcp|qrouter|snat|fip)-/.exec(node.netns)?.[1];
    if (!prefix) continue;
    const spaces = byPrefix.get(prefix) ?? new Map<string, SceneNode[]>();
    byPrefix.set(prefix, spaces);
    pushTo(spaces, node.netns, node);
  }
  return [...byPrefix].flatMap(([prefix, spaces]) =>
    chunks([...spaces.keys()].sort(byName)).map((names, index) => ({
      id: `${prefix}:${index}`,
      kind: "namespaces" as const,
      title: `${prefix} × ${names.length}`,
      members: names.flatMap((name) => spaces.get(name) ?? []),
      count: names.length,
    })),
  );
}

function stackNodes(group: Group): { nodes: SceneNode[]; edges: HostGraph["edges"] } {
  const marked = group.members.filter((node) => node.marks.length > 0).length;
  const stack = { id: group.id, count: group.count, marked };
  const plugged = group.members.find((node) => node.bridge && (node.kind === "qvo" || node.tag !== undefined));
  const common = { up: true, marks: [], stack };
  const detail = marked > 0 ? `${marked} with a mark` : "all up";
  if (group.kind === "namespaces") {
    const name = group.title;
    const node: SceneNode = { id: `${group.id}/stack`, netns: group.id, name, kind: "other", detail, ...common };
    if (plugged?.bridge) node.bridge = plugged.bridge;
    const edges = plugged?.bridge
      ? [{ id: `member:${node.id}`, from: node.id, to: plugged.bridge, kind: "member" as const }]
      : [];
    return { nodes: [node], edges };
  }
  const first = group.members[0];
  const network = {
    ...(first?.networkId ? { networkId: first.networkId } : {}),
    ...(first?.networkName ? { networkName: first.networkName } : {}),
  };
  const guests: SceneNode = {
    id: `${group.id}/guests`,
    netns: "guest:",
    name: group.title,
    kind: "guest",
    label: `${group.count} guests`,
    detail: group.title,
    ...network,
    ...common,
  };
  if (!plugged?.bridge) return { nodes: [guests], edges: [] };
  const ports: SceneNode = {
    id: `${group.id}/ports`,
    netns: "root",
    name: `${group.count} ports`,
    label: group.title,
    kind: "qvo",
    bridge: plugged.bridge,
    ...(plugged.tag === undefined ? {} : { tag: plugged.tag }),
    ...network,
    ...common,
    detail,
  };
  return {
    nodes: [guests, ports],
    edges: [{ id: `guest:${group.id}`, from: guests.id, to: ports.id, kind: "guest" }],
  };
}
