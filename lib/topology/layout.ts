/**
 * Where everything in the topology picture stands, and how its links run. Computed, not simulated: the same cloud always
 * draws the same way. External networks on top, under them blocks of routers and the networks that they join; a network
 * is a bar as wide as the picture, its instances hang from it in rows. Pure; units are pixels at zoom 1.
 */
import type { Topology, TopologyInstance, TopologyNetwork, TopologyRouter } from "../api/http.ts";
import { fitText, textWidth } from "../client/text-width.ts";
import { Gutters, type Side } from "./gutter.ts";
import { EXTERNAL_HUE, type Hue, networkHues } from "./hue.ts";
import { countsOf, instanceLines, networkCidrs, networkNote, routerLine, shortAddress } from "./labels.ts";
import { blocksOf } from "./order.ts";
import { type Hanging, hangings, type InstanceGroup } from "./rollup.ts";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface Bar extends Box {
  network: TopologyNetwork;
  hue: Hue;
  name: string;
  cidrs: string;
  note: string;
}
export interface Pill extends Box {
  router: TopologyRouter;
  name: string;
  line: string;
}
export interface Card extends Box {
  instance: TopologyInstance;
  name: string;
  lines: { text: string; hue: Hue | undefined }[];
}
export interface Stack extends Box {
  group: InstanceGroup;
  name: string;
}
export interface Chip extends Box {
  id: string;
  address: string;
  instanceId: string;
  hue: Hue;
}
export interface Link {
  id: string;
  /** Ids of the two objects that it joins. */
  ends: [string, string];
  hue: Hue;
  points: [x: number, y: number][];
  label?: { x: number; y: number; text: string; anchor: "start" | "end" };
}
export interface Drawing {
  width: number;
  height: number;
  bars: Bar[];
  pills: Pill[];
  cards: Card[];
  stacks: Stack[];
  chips: Chip[];
  links: Link[];
  notes: { x: number; y: number; text: string }[];
}

const BAR = { width: 856, height: 34, gap: 14 };
const PILL = { height: 46, minWidth: 168, gap: 28 };
const CARD = { height: 48, line: 15, gapX: 22, minWidth: 128, maxWidth: 208, inset: 18 };
const CHIP = { height: 24, gap: 8 };
const LANE = 12;
const EDGE = 28;

/** A link whose run through a gutter is known only when all runs are. */
interface Waiting {
  link: Omit<Link, "points">;
  /** From the object to the gutter's y. */
  start: [number, number][];
  run: string;
  side: Side;
  end: number;
}

export interface LayoutOptions {
  /** Opened groups. */
  open?: ReadonlySet<string>;
  /** An instance that must be drawn as itself. */
  show?: string;
}

export function layout(topology: Topology, options: LayoutOptions = {}): Drawing {
  const external = topology.networks.filter((network) => network.external);
  const blocks = blocksOf(topology);
  const order = [...external, ...blocks.flatMap((block) => block.networks)];
  const hues = networkHues(topology.networks);
  const routed = new Set(topology.routers.flatMap((router) => router.interfaces.map((iface) => iface.networkId)));
  const hanging = hangings(
    topology,
    order.map((network) => network.id),
    options.open ?? new Set(),
    options.show,
  );
  const cidrOf = new Map(
    topology.networks.flatMap((network) => network.subnets.map((subnet) => [subnet.id, subnet.cidr])),
  );
  const fips = new Map(topology.floatingIps.map((fip) => [fip.address, fip]));

  const drawing: Drawing = {
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
  const gutters = new Gutters();
  const waiting: Waiting[] = [];
  const bars = new Map<string, Bar>();
  /** Links that end at a bar further down: finished when that bar is placed. */
  const pending: { network: string; place: (bar: Bar) => void }[] = [];
  let y = 20;
  let lastExternal: string | undefined;

  const hueOf = (id: string): Hue => hues.get(id) ?? EXTERNAL_HUE;
  const cardWidth = Math.min(CARD.maxWidth, Math.max(CARD.minWidth, ...[...hanging.values()].flat().map(widthOf)));
  const columns = Math.max(1, Math.floor((BAR.width - 2 * CARD.inset + CARD.gapX) / (cardWidth + CARD.gapX)));

  const placeBar = (network: TopologyNetwork): Bar => {
    const note = networkNote(network, routed.has(network.id));
    const room = BAR.width - 40 - textWidth(note, 12, "sans");
    const cidrs = networkCidrs(network);
    const name = fitText(network.name || network.id.slice(0, 8), room - textWidth(cidrs, 12, "mono") - 24, 13, "sans");
    const bar: Bar = {
      network,
      hue: hueOf(network.id),
      name,
      cidrs,
      note,
      x: 0,
      y,
      width: BAR.width,
      height: BAR.height,
    };
    drawing.bars.push(bar);
    bars.set(network.id, bar);
    y += BAR.height;
    for (let i = pending.length - 1; i >= 0; i--) {
      const one = pending[i];
      if (one?.network !== network.id) continue;
      pending.splice(i, 1);
      one.place(bar);
    }
    return bar;
  };

  const throughGutter = (
    link: Omit<Link, "points">,
    start: [number, number][],
    network: string,
    side: Side,
    bar: Bar,
  ) => {
    const from = start.at(-1)?.[1] ?? bar.y;
    const end = bar.y + bar.height / 2;
    waiting.push({ link, start, run: gutters.reach(network, side, from, end), side, end });
  };

  /** `next` is the network whose bar follows with nothing between. */
  const placeHanging = (network: string, bar: Bar | undefined, next?: string) => {
    const own = hanging.get(network) ?? [];
    if (own.length === 0) return;
    const top = y;
    for (let row = 0; row * columns < own.length; row++) {
      const items = own.slice(row * columns, (row + 1) * columns);
      const channel = y + (row === 0 ? 0 : 6);
      y += 28;
      let bottom = y;
      items.forEach((item, column) => {
        const x = CARD.inset + column * (cardWidth + CARD.gapX);
        const lines = item.kind === "instance" ? instanceLines(item.instance) : [];
        const height = CARD.height + Math.max(0, lines.length - 1) * CARD.line;
        const box = { x, y, width: cardWidth, height };
        const id = item.kind === "instance" ? item.instance.id : item.id;
        const centre = x + cardWidth / 2;
        if (bar) {
          const points: [number, number][] =
            row === 0
              ? [
                  [centre, top],
                  [centre, y],
                ]
              : [
                  [7, top],
                  [7, channel],
                  [centre, channel],
                  [centre, y],
                ];
          drawing.links.push({ id: `${id} ${network}`, ends: [id, network], hue: bar.hue, points });
        }
        if (item.kind === "group") {
          drawing.stacks.push({ ...box, group: item, name: fitText(item.name, cardWidth - 32, 13, "sans") });
          bottom = Math.max(bottom, y + height);
          return;
        }
        const { instance } = item;
        drawing.cards.push({
          ...box,
          instance,
          name: fitText(instance.name, cardWidth - 36, 13, "sans"),
          lines: lines.map((line) => ({
            text: fitText(line.text, cardWidth - 36, 12, "mono"),
            hue: lines.length > 1 && line.networkId ? hueOf(line.networkId) : undefined,
          })),
        });
        let under = y + height;
        for (const address of instance.ports.flatMap((port) => port.floatingIps)) {
          const fip = fips.get(address);
          under += CHIP.gap;
          drawing.chips.push({
            id: fip?.id ?? address,
            address,
            instanceId: instance.id,
            hue: bar?.hue ?? EXTERNAL_HUE,
            x,
            y: under,
            width: cardWidth,
            height: CHIP.height,
          });
          under += CHIP.height;
        }
        bottom = Math.max(bottom, under);
        const others = [...new Set(instance.ports.map((port) => port.networkId))].filter((other) => other !== network);
        others.forEach((other, index) => {
          const out: [number, number] = [x + cardWidth, y + 14 + index * 10];
          const gapX = x + cardWidth + 6 + ((row + index) % 4) * 4;
          const link = { id: `${id} ${other}`, ends: [id, other] as [string, string], hue: hueOf(other) };
          pending.push({
            network: other,
            place: (target) => {
              if (other === next) {
                drawing.links.push({ ...link, points: [out, [gapX, out[1]], [gapX, target.y]] });
                return;
              }
              const below = rowBottoms.get(`${network} ${row}`) ?? target.y;
              throughGutter(link, [out, [gapX, out[1]], [gapX, below + 8 + (index % 2) * 6]], other, "right", target);
            },
          });
        });
      });
      rowBottoms.set(`${network} ${row}`, bottom);
      const crowded = items.some(
        (item) => item.kind === "instance" && new Set(item.instance.ports.map((p) => p.networkId)).size > 1,
      );
      y = bottom + (crowded ? 18 : 0);
    }
  };
  const rowBottoms = new Map<string, number>();

  for (const network of external) {
    const bar = placeBar(network);
    placeHanging(network.id, bar);
    lastExternal = (hanging.get(network.id) ?? []).length === 0 ? network.id : undefined;
    y += BAR.gap;
  }

  blocks.forEach((block, blockIndex) => {
    y += blockIndex === 0 && external.length === 0 ? 0 : 14;
    const rows = rowsOf(block.routers);
    rows.forEach((row, rowIndex) => {
      const first = blockIndex === 0 && rowIndex === 0;
      const last = rowIndex === rows.length - 1;
      const channelTop = y;
      y += 30;
      const pillY = y;
      let lanes = 0;
      row.forEach(({ router, x, width }, column) => {
        const centre = x + width / 2;
        drawing.pills.push({
          router,
          name: fitText(router.name || router.id.slice(0, 8), width - 28, 13, "sans"),
          line: routerLine(router),
          x,
          y: pillY,
          width,
          height: PILL.height,
        });
        const gateway = router.gateway && bars.get(router.gateway.networkId);
        if (gateway) {
          const link = {
            id: `${router.id} ${gateway.network.id}`,
            ends: [router.id, gateway.network.id] as [string, string],
            hue: gateway.hue,
          };
          if (first && gateway.network.id === lastExternal)
            drawing.links.push({
              ...link,
              points: [
                [centre, gateway.y + gateway.height],
                [centre, pillY],
              ],
            });
          else
            throughGutter(
              link,
              [
                [centre, pillY],
                [centre, channelTop + 12],
              ],
              gateway.network.id,
              "right",
              gateway,
            );
        }
        const joined = [...Map.groupBy(router.interfaces, (iface) => iface.networkId)].filter(([id]) => hues.has(id));
        const far = joined.filter(([id]) => !(last && id === block.networks[0]?.id));
        const sideTaken = { left: false, right: false };
        for (const [networkId, ifaces] of joined) {
          const index = far.findIndex(([id]) => id === networkId);
          const text = ifaces.map((iface) => shortAddress(iface.address, cidrOf.get(iface.subnetId))).join(" ");
          const link = {
            id: `${router.id} ${networkId}`,
            ends: [router.id, networkId] as [string, string],
            hue: hueOf(networkId),
          };
          if (index < 0) {
            const from: [number, number] = [centre, pillY + PILL.height];
            pending.push({
              network: networkId,
              place: (bar) =>
                drawing.links.push({
                  ...link,
                  points: [from, [centre, bar.y]],
                  label: { x: centre + 8, y: bar.y - 8, text, anchor: "start" },
                }),
            });
            continue;
          }
          const side: Side =
            row.length === 1 ? (index % 2 === 0 ? "left" : "right") : centre <= BAR.width / 2 ? "left" : "right";
          const outermost = side === "left" ? column === 0 : column === row.length - 1;
          let start: [number, number][];
          let label: Link["label"];
          if (outermost && !sideTaken[side]) {
            sideTaken[side] = true;
            const exit = side === "left" ? x : x + width;
            start = [[exit, pillY + PILL.height / 2]];
            label = {
              x: side === "left" ? 4 : BAR.width - 4,
              y: pillY + PILL.height / 2 - 7,
              text,
              anchor: side === "left" ? "start" : "end",
            };
          } else {
            const exit = centre + (side === "left" ? -1 : 1) * (14 + (index % 5) * 12);
            const lane = pillY + PILL.height + 14 + lanes++ * 12;
            start = [
              [exit, pillY + PILL.height],
              [exit, lane],
            ];
            label = {
              x: side === "left" ? 4 : BAR.width - 4,
              y: lane - 4,
              text,
              anchor: side === "left" ? "start" : "end",
            };
          }
          pending.push({
            network: networkId,
            place: (bar) => throughGutter({ ...link, label }, start, networkId, side, bar),
          });
        }
      });
      y = pillY + PILL.height + (lanes > 0 ? 14 + lanes * 12 : 0) + (last ? 34 : 10);
    });
    block.networks.forEach((network, index) => {
      const bar = placeBar(network);
      placeHanging(network.id, bar, block.networks[index + 1]?.id);
      y += 34;
    });
  });

  const loose = hanging.get("") ?? [];
  if (loose.length > 0) {
    drawing.notes.push({ x: CARD.inset, y: y + 14, text: "On no network" });
    placeHanging("", undefined);
    y += 34;
  }

  const { lane, count } = gutters.assign();
  const left = EDGE + count.left * LANE;
  for (const { link, start, run, side, end } of waiting) {
    const offset = 12 + (lane.get(run) ?? 0) * LANE;
    const x = side === "left" ? -offset : BAR.width + offset;
    const edge = side === "left" ? 0 : BAR.width;
    drawing.links.push({ ...link, points: [...start, [x, start.at(-1)?.[1] ?? end], [x, end], [edge, end]] });
  }
  return shift(drawing, left, left + BAR.width + EDGE + count.right * LANE, y);
}

/** What a card or a stack needs to show its texts whole. */
function widthOf(one: Hanging): number {
  if (one.kind === "group")
    return Math.max(textWidth(one.name, 13, "sans"), textWidth(countsOf(one.states), 12, "sans")) + 36;
  const lines = instanceLines(one.instance).map((line) => textWidth(line.text, 12, "mono"));
  return Math.max(textWidth(one.instance.name, 13, "sans"), ...lines) + 44;
}

/** Routers in rows, each row spread evenly over the width. */
function rowsOf(routers: TopologyRouter[]): { router: TopologyRouter; x: number; width: number }[][] {
  const width = (router: TopologyRouter) =>
    Math.max(PILL.minWidth, textWidth(router.name, 13, "sans") + 40, textWidth(routerLine(router), 12, "mono") + 40);
  const rows: TopologyRouter[][] = [];
  let room = 0;
  for (const router of routers) {
    const need = Math.min(width(router), BAR.width - 40) + PILL.gap;
    if (rows.length === 0 || room < need) {
      rows.push([]);
      room = BAR.width;
    }
    rows.at(-1)?.push(router);
    room -= need;
  }
  return rows.map((row) => {
    const share = BAR.width / row.length;
    return row.map((router, index) => {
      const w = Math.min(width(router), BAR.width - 40);
      return { router, x: Math.round(share * index + (share - w) / 2), width: w };
    });
  });
}

/** Moves everything right by the left gutter, and closes the picture. */
function shift(drawing: Drawing, dx: number, width: number, height: number): Drawing {
  for (const list of [drawing.bars, drawing.pills, drawing.cards, drawing.stacks, drawing.chips, drawing.notes])
    for (const one of list) one.x += dx;
  for (const link of drawing.links) {
    link.points = link.points.map(([x, y]) => [x + dx, y]);
    if (link.label) link.label = { ...link.label, x: link.label.x + dx };
  }
  return { ...drawing, width, height: height + 16 };
}
