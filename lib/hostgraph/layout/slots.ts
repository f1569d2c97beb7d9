/** Where devices that stand elsewhere enter a bridge: namespaces by local VLAN on its left, NICs and tunnels on its right. */
import type { HostGraph } from "../../api/http.ts";
import type { Block, Blocks } from "./blocks.ts";
import type { SceneNode } from "./scene.ts";
import { byName } from "./sort.ts";

/** One way into a bridge, with the edges that use it. */
export interface Entry {
  id: string;
  block: string;
  edge: "left" | "right";
  label: string;
  networkId?: string;
  /** A NIC's entry is a mere dot, for its card stands in the same row. */
  pill: boolean;
  edges: string[];
  /** Devices that come in here. */
  from: string[];
}

/** Entries by block id, in the order in which they are drawn. */
export function entriesOf(blocks: Blocks, edges: HostGraph["edges"]): Map<string, Entry[]> {
  const byBlock = new Map<string, Map<string, Entry>>();
  for (const edge of edges) {
    const target = blocks.of.get(edge.to);
    const from = blocks.nodes.get(edge.from);
    if (!target?.box || target.id !== edge.to || !from || blocks.of.get(edge.from) === target) continue;
    const entry = entryFor(target, from, edge.kind);
    const known = byBlock.get(target.id) ?? new Map<string, Entry>();
    byBlock.set(target.id, known);
    const same = known.get(entry.id) ?? entry;
    known.set(entry.id, same);
    same.edges.push(edge.id);
    same.from.push(edge.from);
  }
  return new Map([...byBlock].map(([id, entries]) => [id, [...entries.values()].sort(byEntry)]));
}

function entryFor(block: Block, from: SceneNode, kind: HostGraph["edges"][number]["kind"]): Entry {
  const base = { block: block.id, edges: [], from: [] };
  if (kind === "member" && from.kind === "nic") {
    return { ...base, id: `${block.id}#${from.name}`, edge: "right", label: from.name, pill: false };
  }
  if (kind === "tunnel" || kind === "parent") {
    return {
      ...base,
      id: `${block.id}#local`,
      edge: "right",
      label: "local port",
      pill: true,
    };
  }
  const network = from.networkId ? { networkId: from.networkId } : {};
  if (from.stack && from.tag === undefined) {
    return { ...base, id: `${block.id}#${from.id}`, edge: "left", label: `${from.stack.count} namespaces`, pill: true };
  }
  if (from.tag === undefined) {
    return { ...base, ...network, id: `${block.id}#untagged`, edge: "left", label: "untagged", pill: true };
  }
  return { ...base, ...network, id: `${block.id}#${from.tag}`, edge: "left", label: `tag ${from.tag}`, pill: true };
}

function byEntry(a: Entry, b: Entry): number {
  return Number(a.pill) - Number(b.pill) || byName(a.id, b.id);
}
