/** What the host picture is made of, in pixels at zoom 1. Pure data: a renderer only paints it. */
import type { DeviceNode } from "../../api/http.ts";

/** Many devices of one kind, drawn as one card until they are opened. */
export interface Stack {
  /** Id to put into `open`. */
  id: string;
  count: number;
  /** How many of them have a mark. */
  marked: number;
}
export type SceneNode = DeviceNode & { stack?: Stack };

export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** A device. */
export interface Card extends Rect {
  id: string;
  node: SceneNode;
  /** Box that it is in. */
  box?: string;
  /** Edge of the box that it sits at; `full` in a namespace. */
  edge?: "left" | "right" | "full";
}

/** A bridge or a namespace around its ports. */
export interface Box extends Rect {
  /** Node id of the bridge; `<netns>/` for a namespace. */
  id: string;
  kind: "ovs-bridge" | "linuxbridge" | "qbr" | "namespace";
  title: string;
  subtitle?: string;
  node?: SceneNode;
  /** Vertical line inside, which every port of the bridge is joined to. */
  spine?: { x: number; y1: number; y2: number };
  /** Short lines from the ports to the spine. */
  stubs: { y: number; x1: number; x2: number; networkId?: string }[];
}

/** Where devices from elsewhere (a namespace, a NIC, a tunnel) enter a bridge: printed on its edge. */
export interface Slot extends Rect {
  id: string;
  box: string;
  edge: "left" | "right";
  label: string;
  networkId?: string;
}

export interface Wire {
  id: string;
  /** Edges of the graph that run here; more than one on a shared trunk. */
  edges: string[];
  from: string;
  to: string;
  kind: "veth" | "patch" | "member" | "parent" | "guest" | "tunnel";
  networkId?: string;
  points: { x: number; y: number }[];
}

export interface Scene {
  width: number;
  height: number;
  columns: { title: string; x: number; w: number }[];
  boxes: Box[];
  cards: Card[];
  slots: Slot[];
  wires: Wire[];
  /** Ids of stacks that are closed. */
  stacks: string[];
}

export const CARD_W = 120;
export const CARD_H = 36;
/** Between the tops of two cards at one edge of a box. */
export const CARD_PITCH = 46;
export const SLOT_H = 18;
export const SLOT_PITCH = 24;
export const BOX_PAD = 8;
export const BOX_HEAD = 30;
/** The title of a small bridge (qbr) is above its two ports. */
export const QBR_HEAD = 20;
export const BOX_GAP = 20;
/** Between the bottom of a small bridge and the top of the next. */
export const ROW_GAP = 12;
/** A port bridge: two cards and a short way between them. */
export const SMALL_W = 2 * CARD_W + 28;
/** A bridge with room for its spine, and a namespace below it. */
export const WIDE = 2 * CARD_W + 52;
export const MARGIN = 16;
/** Room for the names of the columns. */
export const TOP = 44;
export const TRACK = 7;
export const GUTTER = 28;
