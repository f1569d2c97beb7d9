/** Which edges become wires, and by which side they leave their ends. Edges inside one box are its spine. */
import type { HostGraph } from "../../api/http.ts";
import { type Block, type Blocks, COLUMN } from "./blocks.ts";
import type { Placed } from "./rows.ts";
import type { Entry } from "./slots.ts";
import { type End, endAt, type Link } from "./wires.ts";

export function linksOf(
  blocks: Blocks,
  edges: HostGraph["edges"],
  entries: Map<string, Entry[]>,
  placed: Map<string, Placed>,
): Link[] {
  const entryOf = new Map<string, Entry>();
  for (const list of entries.values()) for (const entry of list) for (const id of entry.edges) entryOf.set(id, entry);
  return edges.flatMap((edge) => {
    const [from, to] = [blocks.of.get(edge.from), blocks.of.get(edge.to)];
    if (!from || !to || from === to) return [];
    const entry = entryOf.get(edge.id);
    const [p, q] = [placed.get(from.id), placed.get(to.id)];
    const a = p && endAt(p, edge.from, sideOf(from, edge.from, to));
    const b = q && endAt(q, edge.to, entry?.edge ?? sideOf(to, edge.to, from), entry);
    if (!a || !b) return [];
    const source = blocks.nodes.get(edge.from);
    const networkId = source?.networkId ?? blocks.nodes.get(edge.to)?.networkId;
    const link: Link = {
      id: edge.id,
      edges: [edge.id],
      from: edge.from,
      to: edge.to,
      kind: edge.kind,
      a: loopSide(a, b, from, to),
      b,
      group: groupOf(edge, entry),
    };
    if (networkId && edge.kind !== "tunnel" && edge.kind !== "parent") link.networkId = networkId;
    return [link];
  });
}

function groupOf(edge: HostGraph["edges"][number], entry: Entry | undefined): string {
  if (entry?.pill) return entry.id;
  return edge.kind === "tunnel" || edge.kind === "parent" ? `to ${edge.to}` : edge.id;
}

/** Ports at the edge of a bridge leave outwards; lone cards and namespaces' ports towards the other end. */
function sideOf(block: Block, id: string, other: Block): End["side"] {
  if (block.box && block.box.kind !== "namespace") {
    return block.right.some((node) => node.id === id) ? "right" : "left";
  }
  if (other.column !== block.column) return other.column > block.column ? "right" : "left";
  if (other.box?.kind === "namespace" && block.box?.kind === "namespace") return "right";
  return block.column === COLUMN.nic ? "right" : "left";
}

/** Two ends in one column must leave by the same side when both may choose. */
function loopSide(a: End, b: End, from: Block, to: Block): End {
  const free = !from.box || from.box.kind === "namespace";
  return from.column === to.column && free ? { ...a, side: b.side } : a;
}
