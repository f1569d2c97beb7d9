/** A drawing in the making: a pen that moves down, and links that wait for what is not placed yet. */
import type { TopologyNetwork } from "../api/http.ts";
import { fitText, textWidth } from "../client/text-width.ts";
import { BAR, type Bar, type Drawing, EDGE, LANE, type Link, type Point } from "./drawing.ts";
import { Gutters, type Side } from "./gutter.ts";
import { EXTERNAL_HUE, type Hue } from "./hue.ts";
import { networkCidrs, networkNote } from "./labels.ts";

export type LinkHead = Omit<Link, "points">;

/** A link whose run through a gutter is known only when all runs are. */
interface Waiting {
  link: LinkHead;
  start: Point[];
  run: string;
  side: Side;
  end: number;
}

export class Draft {
  readonly drawing: Drawing = {
    width: 0,
    height: 0,
    bars: [],
    pills: [],
    cards: [],
    stacks: [],
    chips: [],
    links: [],
    notes: [],
  };
  /** Where the next thing is placed. */
  y = 20;
  readonly #hues: ReadonlyMap<string, Hue>;
  readonly #bars = new Map<string, Bar>();
  readonly #gutters = new Gutters();
  readonly #waiting: Waiting[] = [];
  /** Network id → what to do when its bar is placed. */
  readonly #pending = new Map<string, ((bar: Bar) => void)[]>();

  constructor(hues: ReadonlyMap<string, Hue>) {
    this.#hues = hues;
  }

  hue(network: string): Hue {
    return this.#hues.get(network) ?? EXTERNAL_HUE;
  }

  placed(network: string): Bar | undefined {
    return this.#bars.get(network);
  }

  bar(network: TopologyNetwork, routed: boolean): Bar {
    const note = networkNote(network, routed);
    const cidrs = networkCidrs(network);
    const room = BAR.width - 64 - textWidth(note, 12, "sans") - textWidth(cidrs, 12, "mono");
    const name = fitText(network.name || network.id.slice(0, 8), Math.max(60, room), 13, "sans");
    const bar: Bar = {
      network,
      hue: this.hue(network.id),
      name,
      cidrs,
      note,
      x: 0,
      y: this.y,
      width: BAR.width,
      height: BAR.height,
    };
    this.drawing.bars.push(bar);
    this.#bars.set(network.id, bar);
    this.y += BAR.height;
    for (const place of this.#pending.get(network.id) ?? []) place(bar);
    this.#pending.delete(network.id);
    return bar;
  }

  /** Now, when the bar is there already. Never for a network that the topology does not hold. */
  whenPlaced(network: string, place: (bar: Bar) => void): void {
    const bar = this.#bars.get(network);
    if (bar) place(bar);
    else this.#pending.set(network, [...(this.#pending.get(network) ?? []), place]);
  }

  link(head: LinkHead, points: Point[]): void {
    this.drawing.links.push({ ...head, points });
  }

  /** From the last of `start` sideways to the gutter, along it, and into the bar's edge. */
  linkThroughGutter(link: LinkHead, start: Point[], side: Side, bar: Bar): void {
    const end = bar.y + bar.height / 2;
    const run = this.#gutters.reach(bar.network.id, side, start.at(-1)?.[1] ?? end, end);
    this.#waiting.push({ link, start, run, side, end });
  }

  finish(): Drawing {
    const { lane, count } = this.#gutters.assign();
    for (const { link, start, run, side, end } of this.#waiting) {
      const offset = 12 + (lane.get(run) ?? 0) * LANE;
      const x = side === "left" ? -offset : BAR.width + offset;
      const edge = side === "left" ? 0 : BAR.width;
      this.link(link, [...start, [x, start.at(-1)?.[1] ?? end], [x, end], [edge, end]]);
    }
    const left = EDGE + count.left * LANE;
    shift(this.drawing, left);
    return { ...this.drawing, width: left + BAR.width + EDGE + count.right * LANE, height: this.y + 16 };
  }
}

function shift(drawing: Drawing, dx: number): void {
  const { bars, pills, cards, stacks, chips, notes } = drawing;
  for (const list of [bars, pills, cards, stacks, chips, notes]) for (const one of list) one.x += dx;
  for (const link of drawing.links) {
    link.points = link.points.map(([x, y]) => [x + dx, y]);
    if (link.label) link.label = { ...link.label, x: link.label.x + dx };
  }
}
