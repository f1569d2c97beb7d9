/** Where the nodes of a painting are on a stage that scrolls. */
import type { PaintedNode, Painting } from "./painting.ts";

/** The least scrolling that brings a node into the stage, with some of what is around it. */
export function scrollTo(node: PaintedNode, width: number, stage: HTMLElement | null, sheet: HTMLElement | null): void {
  const [frame, box] = [stage?.getBoundingClientRect(), sheet?.getBoundingClientRect()];
  if (!stage || !frame || !box) return;
  const zoom = box.width / width;
  const way = (start: number, size: number, length: number) => {
    const margin = Math.min(60, length / 4);
    if (start < margin) return start - margin;
    return start + size > length - margin ? Math.min(start - margin, start + size - length + margin) : 0;
  };
  stage.scrollLeft += way(box.left - frame.left + node.x * zoom, node.w * zoom, stage.clientWidth);
  stage.scrollTop += way(box.top - frame.top + node.y * zoom, Math.min(node.h, 36) * zoom, stage.clientHeight);
}

/** The first device that is not above the stage. */
export function firstInView(painting: Painting, stage: HTMLElement | null, sheet: HTMLElement | null) {
  const [frame, box] = [stage?.getBoundingClientRect(), sheet?.getBoundingClientRect()];
  if (!frame || !box) return undefined;
  const top = ((frame.top - box.top) / box.width) * painting.width;
  return painting.nodes.find((node) => node.label && node.layer === "top" && node.y >= top);
}
