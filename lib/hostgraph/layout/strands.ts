/** Strands: a guest, its port bridge and its port on the integration bridge stand in one row. */
import { type Block, COLUMN } from "./blocks.ts";
import { boxRows, contentEnd, endOf, headOf, type Placed, type Placing, put } from "./rows.ts";
import * as S from "./scene.ts";
import { byName } from "./sort.ts";

/** A bridge with one row for each of its guests' ports; patch ports stand in the rows of their peers. */
export function placeStrands(state: Placing, block: Block, y: number): Placed {
  const cards = new Map<string, number>();
  const slots = new Map<string, number>();
  let row = y + S.BOX_HEAD;
  for (const node of sortPorts(state, block.left)) {
    const upstream = upstreamOf(state, node);
    if (upstream) {
      const head = headOf(upstream);
      const floor = endOf(state, [COLUMN.guest, COLUMN.filter]);
      const top = Math.max(row - head, floor > S.TOP ? floor + S.ROW_GAP : S.TOP);
      row = top + head;
      strandEnd(state, upstream, top);
    } else {
      for (const guest of guestsOf(state, node)) boxRows(state, guest, row);
    }
    cards.set(node.id, row);
    row += upstream ? S.CARD_PITCH + ROW_EXTRA : S.CARD_PITCH;
  }
  const entries = state.entries.get(block.id) ?? [];
  for (const entry of entries.filter((e) => e.edge === "left")) {
    slots.set(entry.id, row + S.SLOT_H / 2);
    row += S.SLOT_PITCH;
  }
  let right = y + S.BOX_HEAD;
  for (const [node, wanted] of rightPorts(state, block)) {
    right = Math.max(right, wanted);
    cards.set(node.id, right);
    right += S.CARD_PITCH;
  }
  for (const entry of entries.filter((e) => e.edge === "right")) {
    slots.set(entry.id, right + (entry.pill ? S.SLOT_H : S.CARD_H) / 2);
    right += entry.pill ? S.SLOT_PITCH : S.CARD_PITCH;
  }
  return put(state, block, y, contentEnd(y + S.BOX_HEAD, cards, slots), cards, slots);
}

/** What a row with a port bridge needs more than one without: the bridge's title, its padding and a gap. */
const ROW_EXTRA = S.QBR_HEAD + S.BOX_PAD + S.ROW_GAP - (S.CARD_PITCH - S.CARD_H);

/** A port bridge (or lone tap, or lone guest) at `top`, with its guests beside their taps. */
export function strandEnd(state: Placing, block: Block, top: number): void {
  const placed = boxRows(state, block, top);
  for (const [id, y] of placed.cards) {
    const node = state.blocks.nodes.get(id);
    if (!node || block.column === COLUMN.guest) continue;
    for (const guest of guestsOf(state, node)) boxRows(state, guest, y);
  }
}

/** Ports with a peer first, by network and name: hues stand together, and one more VM is one more row. */
function sortPorts(state: Placing, ports: S.SceneNode[]): S.SceneNode[] {
  const loose = (node: S.SceneNode) => (state.blocks.peers.has(node.id) ? 0 : 1);
  return [...ports].sort(
    (a, b) =>
      loose(a) - loose(b) ||
      byName(a.networkName ?? "~", b.networkName ?? "~") ||
      byName(a.label ?? "~", b.label ?? "~") ||
      byName(a.name, b.name) ||
      byName(a.id, b.id),
  );
}

function peerBlocks(state: Placing, node: S.SceneNode, column: number): Block[] {
  return (state.blocks.peers.get(node.id) ?? []).flatMap((id) => {
    const block = state.blocks.of.get(id);
    return block && block.column === column && !state.placed.has(block.id) ? [block] : [];
  });
}

const upstreamOf = (state: Placing, node: S.SceneNode) => peerBlocks(state, node, COLUMN.filter)[0];
const guestsOf = (state: Placing, node: S.SceneNode) => peerBlocks(state, node, COLUMN.guest).slice(0, 1);

/** Right-hand ports with the row they would like: that of their peer. */
function rightPorts(state: Placing, block: Block): [S.SceneNode, number][] {
  const wanted = (node: S.SceneNode) => {
    for (const id of state.blocks.peers.get(node.id) ?? []) {
      const top = state.placed.get(state.blocks.of.get(id)?.id ?? "")?.cards.get(id);
      if (top !== undefined) return top;
    }
    return Number.POSITIVE_INFINITY;
  };
  return block.right
    .map((node): [S.SceneNode, number] => [node, wanted(node)])
    .sort((a, b) => a[1] - b[1] || byName(a[0].name, b[0].name))
    .map(([node, y]) => [node, Number.isFinite(y) ? y : 0]);
}
