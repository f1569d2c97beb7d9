/** Letters, rules and glyphs of a painting on a 2D canvas: only what is in view. */
import type { GlyphPart, Ink, Painting } from "./painting.ts";
import type { Palette } from "./palette.ts";

export interface View {
  zoom: number;
  /** Where the drawing's corner is, in pixels of the canvas. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Below this, letters would be grains of two or three pixels. */
const LEGIBLE = 0.22;
/** How far a text or glyph can reach from its point. */
const REACH = 320;

/** `network`: ink of every other network steps back. */
function paintInk(
  context: CanvasRenderingContext2D,
  ink: readonly Ink[],
  view: View,
  palette: Palette,
  network: string | null,
): void {
  const left = -view.x / view.zoom - REACH;
  const right = left + view.width / view.zoom + 2 * REACH;
  const top = -view.y / view.zoom - 20;
  const bottom = top + view.height / view.zoom + 40;
  const sees = (x1: number, y1: number, x2: number, y2: number) => x2 > left && x1 < right && y2 > top && y1 < bottom;
  context.lineCap = "round";
  for (const one of ink) {
    context.globalAlpha = network !== null && one.networkId !== undefined && one.networkId !== network ? 0.4 : 1;
    switch (one.kind) {
      case "rule":
        if (!sees(one.x1, one.y1, one.x2, one.y2)) break;
        context.strokeStyle = palette.colour(one.stroke);
        context.lineWidth = one.width;
        context.beginPath();
        context.moveTo(one.x1, Math.max(one.y1, top));
        context.lineTo(one.x2, Math.min(one.y2, bottom));
        context.stroke();
        break;
      case "text":
        if (view.zoom < LEGIBLE || !sees(one.x, one.y, one.x, one.y)) break;
        context.font = `${one.weight} ${one.size}px ${one.mono ? palette.mono : palette.sans}`;
        context.textAlign = one.align === "middle" ? "center" : one.align;
        context.fillStyle = palette.colour(one.fill);
        context.fillText(one.text, one.x, one.y);
        break;
      case "glyph":
        if (!sees(one.x, one.y, one.x, one.y)) break;
        context.translate(one.x, one.y);
        for (const part of one.parts) paintGlyph(context, part, palette);
        context.translate(-one.x, -one.y);
        break;
    }
  }
  context.globalAlpha = 1;
}

function paintGlyph(context: CanvasRenderingContext2D, part: GlyphPart, palette: Palette): void {
  const path = new Path2D(part.d);
  if (part.fill) {
    context.fillStyle = palette.colour(part.fill);
    context.fill(path);
  }
  if (!part.stroke) return;
  context.strokeStyle = palette.colour(part.stroke);
  context.lineWidth = part.width ?? 1;
  context.setLineDash([...(part.dash ?? [])]);
  context.stroke(path);
  context.setLineDash([]);
}

/** Paints the ink of a view on a canvas of its own, `ratio` pixels to one of the screen. */
export function write(
  canvas: HTMLCanvasElement,
  painting: Painting,
  view: View,
  palette: Palette,
  network: string | null,
  ratio: number,
): void {
  const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.setTransform(view.zoom * ratio, 0, 0, view.zoom * ratio, view.x * ratio, view.y * ratio);
  paintInk(context, painting.ink, view, palette, network);
}
