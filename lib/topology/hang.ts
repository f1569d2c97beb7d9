/** Cards, groups and floating IPs that hang from a network's bar, in rows. */
import type { Topology, TopologyInstance } from "../api/http.ts";
import { fitText, textWidth } from "../client/text-width.ts";
import type { Draft } from "./draft.ts";
import { BAR, type Bar, type Box, CARD, CHIP, type Point } from "./drawing.ts";
import { countsOf, instanceLines } from "./labels.ts";
import type { Hanging } from "./rollup.ts";

export class Hanger {
  readonly #draft: Draft;
  readonly #fips: Map<string, string>;
  readonly #width: number;
  readonly #columns: number;

  /** All cards of a picture are as wide as the widest needs, so `all` is what will hang anywhere. */
  constructor(draft: Draft, topology: Topology, all: Iterable<Hanging>) {
    this.#draft = draft;
    this.#fips = new Map(topology.floatingIps.map((fip) => [fip.address, fip.id]));
    let width = CARD.minWidth;
    for (const one of all) width = Math.max(width, widthOf(one));
    this.#width = Math.min(CARD.maxWidth, Math.ceil(width));
    this.#columns = Math.max(1, Math.floor((BAR.width - 2 * CARD.inset + CARD.gapX) / (this.#width + CARD.gapX)));
  }

  /** `next` is the network whose bar follows with nothing between. Without a bar the items stand alone. */
  hang(items: readonly Hanging[], bar: Bar | undefined, next?: string): void {
    const top = this.#draft.y;
    for (let row = 0; row * this.#columns < items.length; row++) {
      const own = items.slice(row * this.#columns, (row + 1) * this.#columns);
      this.#row(own, row, top, bar, next);
    }
  }

  #row(items: readonly Hanging[], row: number, top: number, bar: Bar | undefined, next: string | undefined): void {
    const draft = this.#draft;
    const channel = draft.y + 6;
    draft.y += 28;
    const y = draft.y;
    const shapes = items.map((item, column) => {
      const x = CARD.inset + column * (this.#width + CARD.gapX);
      const lines = item.kind === "instance" ? Math.max(1, item.instance.ports.length) : 1;
      return { item, box: { x, y, width: this.#width, height: CARD.height + (lines - 1) * CARD.line } };
    });
    let bottom = y;
    for (const { item, box } of shapes) {
      if (bar) this.#thread(item, box, row, top, channel, bar);
      bottom = Math.max(bottom, item.kind === "group" ? this.#stack(item, box) : this.#card(item.instance, box, bar));
    }
    let crowded = false;
    for (const { item, box } of shapes) {
      if (item.kind !== "instance") continue;
      const others = [...new Set(item.instance.ports.map((port) => port.networkId))].filter(
        (id) => id !== bar?.network.id,
      );
      for (const [index, other] of others.entries())
        this.#crossThread(item.instance, other, box, { index, row, bottom, next });
      crowded ||= others.length > 0;
    }
    draft.y = bottom + (crowded ? 18 : 0);
  }

  /** From the bar down to the card: straight in the first row, along a trunk at the left in the others. */
  #thread(item: Hanging, box: Box, row: number, top: number, channel: number, bar: Bar): void {
    const id = item.kind === "instance" ? item.instance.id : item.id;
    const centre = box.x + box.width / 2;
    const points: Point[] =
      row === 0
        ? [
            [centre, top],
            [centre, box.y],
          ]
        : [
            [7, top],
            [7, channel],
            [centre, channel],
            [centre, box.y],
          ];
    this.#draft.link({ id: `${id} ${bar.network.id}`, ends: [id, bar.network.id], hue: bar.hue }, points);
  }

  /** To another network of the same instance: out at the right, down the gap between columns, through the gutter if need be. */
  #crossThread(
    instance: TopologyInstance,
    other: string,
    box: Box,
    at: { index: number; row: number; bottom: number; next: string | undefined },
  ): void {
    const draft = this.#draft;
    const out: Point = [box.x + box.width, box.y + 14 + at.index * 10];
    const gap = box.x + box.width + 5 + ((at.row + at.index) % 4) * 4;
    const head = {
      id: `${instance.id} ${other}`,
      ends: [instance.id, other] as [string, string],
      hue: draft.hue(other),
    };
    draft.whenPlaced(other, (bar) => {
      if (other === at.next) draft.link(head, [out, [gap, out[1]], [gap, bar.y]]);
      else draft.linkThroughGutter(head, [out, [gap, out[1]], [gap, at.bottom + 6 + (at.index % 2) * 6]], "right", bar);
    });
  }

  #stack(group: Extract<Hanging, { kind: "group" }>, box: Box): number {
    this.#draft.drawing.stacks.push({ ...box, group, name: fitText(group.name, box.width - 30, 13, "sans") });
    return box.y + box.height;
  }

  #card(instance: TopologyInstance, box: Box, bar: Bar | undefined): number {
    const lines = instanceLines(instance);
    const coloured = new Set(instance.ports.map((port) => port.networkId)).size > 1;
    this.#draft.drawing.cards.push({
      ...box,
      instance,
      name: fitText(instance.name, box.width - 36, 13, "sans"),
      lines: lines.map(({ text, networkId }) => ({
        text: fitText(text, box.width - 36, 12, "mono"),
        hue: coloured && networkId ? this.#draft.hue(networkId) : undefined,
      })),
    });
    let bottom = box.y + box.height;
    for (const { networkId, floatingIps } of instance.ports)
      for (const address of floatingIps) {
        const y = bottom + CHIP.gap;
        const hue = this.#draft.hue(bar ? bar.network.id : networkId);
        const id = this.#fips.get(address) ?? address;
        this.#draft.drawing.chips.push({ id, address, instanceId: instance.id, hue, ...box, y, height: CHIP.height });
        bottom = y + CHIP.height;
      }
    return bottom;
  }
}

/** What a card or a stack needs to show its texts whole. */
function widthOf(one: Hanging): number {
  if (one.kind === "group")
    return Math.max(textWidth(one.name, 13, "sans"), textWidth(countsOf(one.states), 12, "sans")) + 36;
  const lines = instanceLines(one.instance).map((line) => textWidth(line.text, 12, "mono"));
  return Math.max(textWidth(one.instance.name, 13, "sans"), ...lines) + 44;
}
