/** A picture as data, for a painter that is not the document. Units are pixels at zoom 1; colours are CSS, tokens included. */

export interface PaintedNode {
  id: string;
  x: number;
  y: number;
  w: number;
  h: number;
  /** Boxes lie under the lines, cards over them. */
  layer: "ground" | "top";
  fill: string;
  stroke: string;
  dashed: boolean;
  /** What it is, in one phrase; absent where it cannot be selected. */
  label?: string;
  networkId?: string;
}

/** At right angles, from the side of one node to that of another. */
export interface PaintedLine {
  id: string;
  from: string;
  to: string;
  points: readonly { x: number; y: number }[];
  stroke: string;
  networkId?: string;
}

export interface GlyphPart {
  /** Path around (0, 0). */
  d: string;
  fill?: string;
  stroke?: string;
  width?: number;
  dash?: readonly number[];
}

/** What stands on the nodes, beyond their outline. */
export type Ink = { networkId?: string } & (
  | {
      kind: "text";
      x: number;
      /** Base line. */
      y: number;
      text: string;
      size: number;
      weight: number;
      mono: boolean;
      align: "start" | "middle" | "end";
      fill: string;
    }
  | { kind: "rule"; x1: number; y1: number; x2: number; y2: number; width: number; stroke: string }
  | { kind: "glyph"; x: number; y: number; parts: readonly GlyphPart[] }
);

export interface Painting {
  width: number;
  height: number;
  nodes: readonly PaintedNode[];
  lines: readonly PaintedLine[];
  ink: readonly Ink[];
}

/** The topmost thing that can be selected there. */
export function nodeAt({ nodes }: Painting, x: number, y: number): PaintedNode | undefined {
  const here = nodes.filter((n) => n.label && x >= n.x && x <= n.x + n.w && y >= n.y && y <= n.y + n.h);
  return here.find((node) => node.layer === "top") ?? here.at(-1);
}
