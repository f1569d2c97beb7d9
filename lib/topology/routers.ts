/** Rows of routers, and their links up to external networks and down to tenant networks. */
import type { TopologyRouter } from "../api/http.ts";
import { fitText, textWidth } from "../client/text-width.ts";
import type { Draft, LinkHead } from "./draft.ts";
import { BAR, type Box, PILL, type Point } from "./drawing.ts";
import type { Side } from "./gutter.ts";
import { routerLine, shortAddress } from "./labels.ts";

export interface RouterRows {
  routers: readonly TopologyRouter[];
  /** External network whose bar is right above, if the first row stands under it. */
  above: string | undefined;
  /** Tenant network whose bar follows. */
  below: string | undefined;
  /** Subnet id → CIDR. */
  cidrs: ReadonlyMap<string, string>;
}

interface Place {
  router: TopologyRouter;
  x: number;
  width: number;
}

export function placeRouters(draft: Draft, rows: RouterRows): void {
  const all = rowsOf(rows.routers);
  all.forEach((row, index) => {
    const above = index === 0 ? rows.above : undefined;
    const below = index === all.length - 1 ? rows.below : undefined;
    placeRow(draft, row, { ...rows, above, below });
  });
}

function placeRow(draft: Draft, row: Place[], rows: RouterRows): void {
  const channel = draft.y + 12;
  const y = draft.y + 30;
  let lanes = 0;
  row.forEach(({ router, x, width }, column) => {
    const box: Box = { x, y, width, height: PILL.height };
    const name = fitText(router.name || router.id.slice(0, 8), width - 28, 13, "sans");
    draft.drawing.pills.push({ router, name, line: routerLine(router), ...box });
    linkUp(draft, router, box, channel, rows.above);
    lanes = linkDown(draft, router, box, { column, of: row.length, lanes }, rows);
  });
  draft.y = y + PILL.height + (lanes > 0 ? 14 + lanes * 12 : 0) + (rows.below === undefined ? 10 : 34);
}

function linkUp(draft: Draft, router: TopologyRouter, box: Box, channel: number, above: string | undefined): void {
  const bar = router.gateway && draft.placed(router.gateway.networkId);
  if (!bar) return;
  const id = bar.network.id;
  const centre = box.x + box.width / 2;
  const head: LinkHead = { id: `${router.id} ${id}`, ends: [router.id, id], hue: bar.hue };
  if (id === above)
    draft.link(head, [
      [centre, bar.y + bar.height],
      [centre, box.y],
    ]);
  else
    draft.linkThroughGutter(
      head,
      [
        [centre, box.y],
        [centre, channel],
      ],
      "right",
      bar,
    );
}

/** Straight down to the network below; out at a free side, or down to a lane of its own, for the others. Answers the lanes in use. */
function linkDown(
  draft: Draft,
  router: TopologyRouter,
  box: Box,
  at: { column: number; of: number; lanes: number },
  rows: RouterRows,
): number {
  let { lanes } = at;
  const centre = box.x + box.width / 2;
  const middle = box.y + box.height / 2;
  const foot = box.y + box.height;
  const taken = { left: false, right: false };
  let far = 0;
  for (const [network, ifaces] of Map.groupBy(router.interfaces, (iface) => iface.networkId)) {
    const text = ifaces.map((iface) => shortAddress(iface.address, rows.cidrs.get(iface.subnetId))).join(" ");
    const head: LinkHead = { id: `${router.id} ${network}`, ends: [router.id, network], hue: draft.hue(network) };
    if (network === rows.below) {
      draft.whenPlaced(network, (bar) => {
        const label = { x: centre + 8, y: bar.y - 8, text, anchor: "start" as const };
        draft.link({ ...head, label }, [
          [centre, foot],
          [centre, bar.y],
        ]);
      });
      continue;
    }
    const side: Side = at.of === 1 ? (far % 2 === 0 ? "left" : "right") : centre <= BAR.width / 2 ? "left" : "right";
    const outermost = side === "left" ? at.column === 0 : at.column === at.of - 1;
    let start: Point[];
    if (outermost && !taken[side]) {
      taken[side] = true;
      start = [[side === "left" ? box.x : box.x + box.width, middle]];
    } else {
      const exit = centre + (side === "left" ? -1 : 1) * (14 + (far % 5) * 12);
      start = [
        [exit, foot],
        [exit, foot + 14 + lanes++ * 12],
      ];
    }
    far++;
    const y = (start.at(-1)?.[1] ?? middle) - (start.length === 1 ? 7 : 4);
    const label = {
      x: side === "left" ? 4 : BAR.width - 4,
      y,
      text,
      anchor: side === "left" ? ("start" as const) : ("end" as const),
    };
    draft.whenPlaced(network, (bar) => draft.linkThroughGutter({ ...head, label }, start, side, bar));
  }
  return lanes;
}

/** Routers in rows, each row spread evenly over the width. */
function rowsOf(routers: readonly TopologyRouter[]): Place[][] {
  const widthOf = (router: TopologyRouter) => {
    const need = Math.max(textWidth(router.name, 13, "sans"), textWidth(routerLine(router), 12, "mono")) + 40;
    return Math.min(BAR.width - 40, Math.max(PILL.minWidth, need));
  };
  const rows: TopologyRouter[][] = [];
  let room = 0;
  for (const router of routers) {
    const need = widthOf(router) + PILL.gap;
    if (rows.length === 0 || room < need) {
      rows.push([]);
      room = BAR.width;
    }
    rows.at(-1)?.push(router);
    room -= need;
  }
  return rows.map((row) => {
    const share = BAR.width / row.length;
    const free = BAR.width - row.reduce((sum, router) => sum + widthOf(router), 0);
    let x = free / row.length / 2;
    return row.map((router) => {
      const place = { router, x: Math.round(x), width: widthOf(router) };
      x += place.width + free / row.length;
      return row.length === 1 ? { ...place, x: Math.round((share - place.width) / 2) } : place;
    });
  });
}
