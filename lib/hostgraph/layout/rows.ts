/** One block's rows: its ports on the left and right, its entries, its height. */
import type { Block, Blocks } from "./blocks.ts";
import * as S from "./scene.ts";
import type { Entry } from "./slots.ts";
import { byName } from "./sort.ts";

export interface Placed {
  block: Block;
  y: number;
  h: number;
  /** Node id → top of its card. */
  cards: Map<string, number>;
  /** Entry id → centre. */
  slots: Map<string, number>;
}

/** What the placing functions share: everything placed so far. */
export interface Placing {
  blocks: Blocks;
  entries: Map<string, Entry[]>;
  placed: Map<string, Placed>;
}

export function headOf(block: Block): number {
  if (!block.box) return 0;
  return block.box.kind === "qbr" ? S.QBR_HEAD : S.BOX_HEAD;
}

export function bottomOf(placed: Placed): number {
  return placed.y + placed.h;
}

/** Lowest edge in these columns; the top of the picture when they are empty. */
export function endOf(state: Placing, columns: readonly number[]): number {
  let end: number = S.TOP;
  for (const placed of state.placed.values()) {
    if (columns.includes(placed.block.column)) end = Math.max(end, bottomOf(placed));
  }
  return end;
}

/** A block by itself: ports on the left, ports and NICs on the right, each from the top. */
export function boxRows(state: Placing, block: Block, y: number): Placed {
  const cards = new Map<string, number>();
  const slots = new Map<string, number>();
  const first = y + headOf(block);
  let left = first;
  for (const node of [...block.left].sort(byNode)) {
    cards.set(node.id, left);
    left += S.CARD_PITCH;
  }
  let right = first;
  for (const node of [...block.right].sort(byNode)) {
    cards.set(node.id, right);
    right += S.CARD_PITCH;
  }
  for (const entry of state.entries.get(block.id) ?? []) {
    if (entry.edge === "left") {
      slots.set(entry.id, left + S.SLOT_H / 2);
      left += S.SLOT_PITCH;
    } else {
      slots.set(entry.id, right + (entry.pill ? S.SLOT_H : S.CARD_H) / 2);
      right += entry.pill ? S.SLOT_PITCH : S.CARD_PITCH;
    }
  }
  return put(state, block, y, contentEnd(first, cards, slots), cards, slots);
}

/** Lowest edge of cards and slots. */
export function contentEnd(floor: number, cards: Map<string, number>, slots: Map<string, number>): number {
  let end = floor;
  for (const top of cards.values()) end = Math.max(end, top + S.CARD_H);
  for (const center of slots.values()) end = Math.max(end, center + S.SLOT_H / 2);
  return end;
}

export function put(
  state: Placing,
  block: Block,
  y: number,
  end: number,
  cards: Map<string, number>,
  slots = new Map<string, number>(),
): Placed {
  const placed = { block, y, h: end + (block.box ? S.BOX_PAD : 0) - y, cards, slots };
  state.placed.set(block.id, placed);
  return placed;
}

/** Order of ports in a block that has no strands. */
export function byNode(a: S.SceneNode, b: S.SceneNode): number {
  return byName(a.name, b.name) || byName(a.id, b.id);
}
