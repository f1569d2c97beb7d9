/** Polylines of the picture: all horizontal and vertical. */

export interface Point {
  x: number;
  y: number;
}

export interface Area extends Point {
  w: number;
  h: number;
}

/** Drops repeated points and points in the middle of a straight run. */
export function tidy(points: readonly Point[]): Point[] {
  const out: Point[] = [];
  for (const point of points) {
    const [before, last] = [out.at(-2), out.at(-1)];
    if (last && last.x === point.x && last.y === point.y) continue;
    if (before && last && ((before.x === last.x && last.x === point.x) || (before.y === last.y && last.y === point.y)))
      out.pop();
    out.push(point);
  }
  return out;
}

export function lengthOf(points: readonly Point[]): number {
  let sum = 0;
  for (let at = 1; at < points.length; at++) sum += distance(points[at - 1], points[at]);
  return sum;
}

function distance(a: Point | undefined, b: Point | undefined): number {
  return a && b ? Math.abs(a.x - b.x) + Math.abs(a.y - b.y) : 0;
}

/** The point at a share (0 to 1) of the way. */
export function pointAt(points: readonly Point[], share: number): Point | undefined {
  return cut(points, lengthOf(points) * Math.min(1, Math.max(0, share)))[0].at(-1);
}

/** Splits a polyline after a distance; both halves hold the point of the cut. */
export function cut(points: readonly Point[], after: number): [Point[], Point[]] {
  const first = points[0];
  if (!first) return [[], []];
  const head: Point[] = [first];
  let left = after;
  for (let at = 1; at < points.length; at++) {
    const [a, b] = [points[at - 1], points[at]];
    if (!a || !b) continue;
    const step = distance(a, b);
    if (left <= step && step > 0) {
      const middle = { x: a.x + ((b.x - a.x) * left) / step, y: a.y + ((b.y - a.y) * left) / step };
      return [
        [...head, middle],
        [middle, ...points.slice(at)],
      ];
    }
    head.push(b);
    left -= step;
  }
  const last = points.at(-1) ?? first;
  return [head, [last, last]];
}

/** How far along a polyline the middle of its part inside an area is; undefined when it does not touch it. */
export function middleInside(points: readonly Point[], area: Area): number | undefined {
  let along = 0;
  let from: number | undefined;
  let to = 0;
  for (let at = 1; at < points.length; at++) {
    const [a, b] = [points[at - 1], points[at]];
    if (!a || !b) continue;
    const step = distance(a, b);
    const range = insideRange(a, b, area);
    if (range) {
      from ??= along + range[0] * step;
      to = along + range[1] * step;
    }
    along += step;
  }
  return from === undefined ? undefined : (from + to) / 2;
}

/** The share of a horizontal or vertical piece that lies inside. */
function insideRange(a: Point, b: Point, area: Area): [number, number] | undefined {
  const horizontal = a.y === b.y;
  const fixed = horizontal ? a.y : a.x;
  const [low, high] = horizontal ? [area.y, area.y + area.h] : [area.x, area.x + area.w];
  if (fixed < low || fixed > high) return undefined;
  const [start, end] = horizontal ? [a.x, b.x] : [a.y, b.y];
  const [near, far] = horizontal ? [area.x, area.x + area.w] : [area.y, area.y + area.h];
  if (start === end) return undefined;
  const shares = [(near - start) / (end - start), (far - start) / (end - start)].sort((x, y) => x - y);
  const from = Math.max(0, shares[0] ?? 0);
  const to = Math.min(1, shares[1] ?? 1);
  return from < to ? [from, to] : undefined;
}

/** SVG path data with rounded corners. */
export function pathData(points: readonly Point[], radius = 6): string {
  const first = points[0];
  if (!first) return "";
  const parts = [`M${n(first.x)} ${n(first.y)}`];
  for (let at = 1; at < points.length; at++) {
    const [before, corner, after] = [points[at - 1], points[at], points[at + 1]];
    if (!before || !corner) continue;
    if (!after) {
      parts.push(`L${n(corner.x)} ${n(corner.y)}`);
      continue;
    }
    const r = Math.min(radius, distance(before, corner) / 2, distance(corner, after) / 2);
    const a = towards(corner, before, r);
    const b = towards(corner, after, r);
    parts.push(`L${n(a.x)} ${n(a.y)}Q${n(corner.x)} ${n(corner.y)} ${n(b.x)} ${n(b.y)}`);
  }
  return parts.join("");
}

function towards(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * by) / length, y: from.y + ((to.y - from.y) * by) / length };
}

function n(value: number): number {
  return Math.round(value * 10) / 10;
}
