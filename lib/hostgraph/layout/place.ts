/** Rows: where each block stands in its column, from the guests' strands outwards. Heights only; x comes after the wires. */
import { type Block, type Blocks, COLUMN } from "./blocks.ts";
import { bottomOf, boxRows, byNode, endOf, type Placed, type Placing } from "./rows.ts";
import * as S from "./scene.ts";
import type { Entry } from "./slots.ts";
import { byName } from "./sort.ts";
import { placeStrands, strandEnd } from "./strands.ts";

export function placeRows(blocks: Blocks, entries: Map<string, Entry[]>): Map<string, Placed> {
  const state: Placing = { blocks, entries, placed: new Map() };
  const inColumn = (column: number) => blocks.list.filter((block) => block.column === column);
  // Uplink bridges first: the integration bridge's patch ports then stand in the rows of their peers.
  let y: number = S.TOP;
  for (const block of inColumn(COLUMN.bridge).sort(byUplink)) y = S.BOX_GAP + bottomOf(boxRows(state, block, y));

  const middle = inColumn(COLUMN.integration).sort(byMiddle);
  orderSlots(state, middle);
  y = S.TOP;
  for (const block of middle) {
    const bridge = block.box && block.box.kind !== "namespace";
    const made = bridge ? placeStrands(state, block, y) : boxRows(state, block, y);
    y = bottomOf(made) + (block.box ? S.BOX_GAP : S.CARD_PITCH - S.CARD_H);
  }
  placeLoose(state, [COLUMN.guest, COLUMN.filter]);
  placeAligned(state, COLUMN.sub);
  placeAligned(state, COLUMN.nic);
  return state.placed;
}

/**
 * The last namespace's local VLAN gets the highest slot, the first one's the lowest: wires then lie inside one another, and
 * do not cross.
 */
function orderSlots(state: Placing, middle: readonly Block[]): void {
  const rank = new Map<string, number>();
  for (const block of middle) {
    if (block.box?.kind === "namespace") for (const node of [...block.left].sort(byNode)) rank.set(node.id, rank.size);
  }
  const first = (entry: Entry) => Math.min(...entry.from.map((id) => rank.get(id) ?? Number.POSITIVE_INFINITY));
  for (const entries of state.entries.values()) {
    const left = entries
      .filter((entry) => entry.edge === "left")
      .sort((a, b) => first(b) - first(a) || byName(a.id, b.id));
    const right = entries.filter((entry) => entry.edge === "right");
    entries.splice(0, entries.length, ...left, ...right);
  }
}

/** br-tun first: most traffic goes there. Bridges without a patch port (the tunnels' own) come last. */
function byUplink(a: Block, b: Block): number {
  const rank = (block: Block) => {
    if (block.right.some((node) => node.kind === "tunnel")) return 0;
    return block.left.length + block.right.length > 0 ? 1 : 2;
  };
  return rank(a) - rank(b) || byName(a.id, b.id);
}

const SPACES = ["qrouter-", "snat-", "fip-", "qdhcp-"];

/** The integration bridge, Linux bridges, then namespaces: routers (each with its SNAT), floating IPs, DHCP, any other. */
function byMiddle(a: Block, b: Block): number {
  const rank = (block: Block) => {
    if (!block.box) return 9;
    if (block.box.kind !== "namespace") return block.box.kind === "ovs-bridge" ? 0 : 1;
    const space = SPACES.findIndex((prefix) => block.id.startsWith(prefix));
    return space === -1 ? 6 : space === 1 ? 2 : 2 + space;
  };
  const owner = (block: Block) => block.id.replace(/^(qrouter|snat)-/, "");
  return rank(a) - rank(b) || byName(owner(a), owner(b)) || byName(a.id, b.id);
}

/** Guests and port bridges that no bridge port claims: under the others, each with its own guests. */
function placeLoose(state: Placing, columns: readonly [number, number]): void {
  for (const column of [columns[1], columns[0]]) {
    const loose = state.blocks.list.filter((block) => block.column === column && !state.placed.has(block.id));
    for (const block of loose.sort((a, b) => byName(a.id, b.id))) {
      strandEnd(state, block, endOf(state, columns) + S.ROW_GAP);
    }
  }
}

/** Subinterfaces and NICs: in the row of what leads to them, else below. */
function placeAligned(state: Placing, column: number): void {
  const wanted = new Map<Block, number>();
  for (const block of state.blocks.list) {
    if (block.column !== column) continue;
    wanted.set(block, wantedRow(state, block));
  }
  let y = Number.NEGATIVE_INFINITY;
  for (const [block, row] of [...wanted].sort((a, b) => a[1] - b[1] || byName(a[0].id, b[0].id))) {
    y = Math.max(S.TOP, y, Number.isFinite(row) ? row : 0);
    boxRows(state, block, y);
    y += S.CARD_PITCH;
  }
}

function wantedRow(state: Placing, block: Block): number {
  const node = block.left[0];
  if (!node) return Number.POSITIVE_INFINITY;
  let row = Number.POSITIVE_INFINITY;
  for (const placed of state.placed.values()) {
    const dot = placed.slots.get(`${placed.block.id}#${node.name}`);
    if (dot !== undefined && placed.block.id === node.bridge) row = Math.min(row, dot - S.CARD_H / 2);
  }
  for (const id of state.blocks.parents.get(node.id) ?? []) {
    const top = state.placed.get(state.blocks.of.get(id)?.id ?? "")?.cards.get(id);
    if (top !== undefined) row = Math.min(row, top);
  }
  return row;
}
