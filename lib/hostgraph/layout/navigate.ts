/** Arrow keys: left and right along links, up and down within a column. */
import type { Rect, Scene } from "./scene.ts";

export type Direction = "left" | "right" | "up" | "down";

interface Place extends Rect {
  id: string;
}

const midX = (r: Rect) => r.x + r.w / 2;
const midY = (r: Rect) => r.y + r.h / 2;

/** The device to go to, or undefined at the end of the way. Ids are those of cards and boxes. */
export function nextDevice(scene: Scene, id: string, direction: Direction): string | undefined {
  const places = new Map<string, Place>();
  for (const box of scene.boxes) places.set(box.id, { ...box, h: Math.min(box.h, 28) });
  for (const card of scene.cards) places.set(card.id, card);
  const here = places.get(id);
  if (!here) return undefined;
  const all = [...places.values()].filter((place) => place.id !== id);
  const candidates =
    direction === "up" || direction === "down"
      ? all.filter((p) => p.x < here.x + here.w && here.x < p.x + p.w)
      : linked(scene, id).flatMap((other) => places.get(other) ?? []);
  const ahead = candidates.filter((p) => isAhead(here, p, direction));
  const cost = (p: Place) => {
    const dx = Math.abs(midX(p) - midX(here));
    const dy = Math.abs(midY(p) - midY(here));
    return direction === "up" || direction === "down" ? dy + dx / 10 : dy + dx / 4;
  };
  return ahead.sort((a, b) => cost(a) - cost(b) || (a.id < b.id ? -1 : 1))[0]?.id;
}

function isAhead(here: Place, there: Place, direction: Direction): boolean {
  switch (direction) {
    case "left":
      return midX(there) < midX(here) - 4;
    case "right":
      return midX(there) > midX(here) + 4;
    case "up":
      return midY(there) < midY(here) - 4;
    case "down":
      return midY(there) > midY(here) + 4;
  }
}

/** Over wires, across the bridge that the device is a port of, and between a box and what is in it. */
export function linked(scene: Scene, id: string): string[] {
  const card = scene.cards.find((one) => one.id === id);
  const inside = scene.cards.filter((one) => one.box === id).map((one) => one.id);
  const across = card?.box
    ? scene.cards.filter((one) => one.box === card.box && one.id !== id).map((one) => one.id)
    : [];
  const wired = scene.wires.flatMap((wire) => (wire.from === id ? [wire.to] : wire.to === id ? [wire.from] : []));
  const entered = card?.box ? scene.wires.flatMap((wire) => (wire.to === card.box ? [wire.from] : [])) : [];
  return [...new Set([...wired, ...across, ...inside, ...entered, ...(card?.box ? [card.box] : [])])];
}
