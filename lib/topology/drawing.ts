/** A topology as boxes and lines. Units are pixels at zoom 1. */
import type { TopologyInstance, TopologyNetwork, TopologyRouter } from "../api/http.ts";
import type { Hue } from "./hue.ts";
import type { InstanceGroup } from "./rollup.ts";

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
  /** One line a port; coloured where the ports are on several networks. */
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
export type Point = [x: number, y: number];
export interface Link {
  id: string;
  /** Ids of the two objects that it joins. */
  ends: [string, string];
  hue: Hue;
  points: Point[];
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

export const BAR = { width: 856, height: 34, gap: 14 };
export const PILL = { height: 46, minWidth: 168, gap: 28 };
export const CARD = { height: 48, line: 15, gapX: 22, minWidth: 128, maxWidth: 208, inset: 18 };
export const CHIP = { height: 24, gap: 8 };
/** Distance of two lanes in a gutter, and what stays free at the picture's edge. */
export const LANE = 12;
export const EDGE = 28;
