"use client";
import { Maximize, Minus, Plus } from "lucide-react";
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useRef,
} from "react";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { pngOf, svgOf } from "./export.ts";

/*
 * Pictures are SVG in the document, not a canvas. Roll-up keeps every picture under about a thousand elements, where SVG
 * paints sooner than a canvas graph library, text stays sharp at every zoom, each device is a real element with a name that
 * a keyboard, a screen reader and a test can reach, colours come from the design tokens, and the export is the picture
 * itself. Panning is the browser's own scrolling, so that wheel, touch, keys and focus all work as everywhere else.
 */

export interface PictureHandle {
  /** The picture as a self-contained SVG file: styles resolved, fonts inside. */
  svg(): Promise<string>;
  /** The same, painted at `scale` (2 by default). */
  png(scale?: number): Promise<Blob>;
  /** Scrolls the element with this `data-id` into the middle. */
  reveal(id: string): void;
}

const STEPS = [0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4];

/**
 * A stage for a drawing of `width` × `height` user units (pixels at zoom 1). `zoom` null fits the width of the stage,
 * between `minFit` and `maxFit`. Children are SVG; give what can be selected `data-id`, a role, a name and tabIndex 0.
 */
export function Picture(props: {
  label: string;
  width: number;
  height: number;
  zoom: number | null;
  onZoom: (zoom: number | null) => void;
  minFit?: number;
  maxFit?: number;
  onBackground?: () => void;
  children: ReactNode;
  className?: string;
  ref?: Ref<PictureHandle>;
}) {
  const { width, height, zoom, onZoom, minFit = 0.62, maxFit = 1.25 } = props;
  const stage = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  /** Point of the drawing, in shares of its size, that stays under the given point of the stage at the next zoom. */
  const anchor = useRef<{ fx: number; fy: number; x: number; y: number } | null>(null);

  useImperativeHandle(props.ref, () => ({
    svg: () => (svg.current ? svgOf(svg.current) : Promise.reject(new Error("nothing is drawn"))),
    png: (scale = 2) => (svg.current ? pngOf(svg.current, scale) : Promise.reject(new Error("nothing is drawn"))),
    reveal: (id) => {
      const found = svg.current?.querySelector(`[data-id="${CSS.escape(id)}"]`);
      found?.scrollIntoView({ block: "nearest", inline: "nearest" });
    },
  }));

  const step = (direction: 1 | -1, at?: { x: number; y: number }) => {
    const box = svg.current?.getBoundingClientRect();
    const frame = stage.current?.getBoundingClientRect();
    if (!box || !frame) return;
    const now = box.width / width;
    const next = direction > 0 ? STEPS.find((one) => one > now * 1.02) : STEPS.findLast((one) => one < now * 0.98);
    if (next === undefined) return;
    const x = at?.x ?? frame.left + frame.width / 2;
    const y = at?.y ?? frame.top + frame.height / 2;
    anchor.current = { fx: (x - box.left) / box.width, fy: (y - box.top) / box.height, x, y };
    onZoom(next);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs after each zoom, to put the anchor back under the pointer
  useEffect(() => {
    const point = anchor.current;
    const box = svg.current?.getBoundingClientRect();
    anchor.current = null;
    if (!point || !box || !stage.current) return;
    stage.current.scrollLeft += box.left + point.fx * box.width - point.x;
    stage.current.scrollTop += box.top + point.fy * box.height - point.y;
  }, [zoom]);

  const onWheel = useRef<(event: WheelEvent) => void>(() => {});
  onWheel.current = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    step(event.deltaY < 0 ? 1 : -1, { x: event.clientX, y: event.clientY });
  };
  useEffect(() => {
    const node = stage.current;
    // React's own wheel listener is passive, and could not keep the page from zooming.
    const listen = (event: WheelEvent) => onWheel.current(event);
    node?.addEventListener("wheel", listen, { passive: false });
    return () => node?.removeEventListener("wheel", listen);
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") step(1);
    else if (event.key === "-") step(-1);
    else if (event.key === "0") onZoom(null);
    else return;
    event.preventDefault();
  };

  return (
    <div className={cn("relative min-h-0 min-w-0", props.className)}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are shortcuts for the buttons beside it */}
      <div
        ref={stage}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => drag(event, props.onBackground)}
        className="absolute inset-0 cursor-grab overflow-auto pb-16 active:cursor-grabbing"
      >
        {/* biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset of its own */}
        <svg
          ref={svg}
          role="group"
          aria-label={props.label}
          viewBox={`0 0 ${width} ${height}`}
          className="mx-auto block select-none"
          style={
            zoom === null
              ? {
                  width: "100%",
                  maxWidth: width * maxFit,
                  minWidth: width * minFit,
                  height: "auto",
                  aspectRatio: `${width} / ${height}`,
                }
              : { width: width * zoom, height: height * zoom, maxWidth: "none" }
          }
        >
          {props.children}
        </svg>
      </div>
      <div
        role="toolbar"
        aria-label="Zoom"
        className="absolute right-4 bottom-4 flex rounded-lg border border-line bg-raised p-0.5 shadow-card"
      >
        <Button variant="ghost" size="icon" aria-label="Zoom out" title="Zoom out (−)" onClick={() => step(-1)}>
          <Minus aria-hidden />
        </Button>
        <Button variant="ghost" size="icon" aria-label="Fit the picture" title="Fit (0)" onClick={() => onZoom(null)}>
          <Maximize aria-hidden />
        </Button>
        <Button variant="ghost" size="icon" aria-label="Zoom in" title="Zoom in (+)" onClick={() => step(1)}>
          <Plus aria-hidden />
        </Button>
      </div>
    </div>
  );
}

/** Drags the background to scroll; a press that did not move is a click on the background. */
function drag(event: PointerEvent<HTMLDivElement>, onBackground?: () => void): void {
  const target = event.target as Element; // The stage only ever holds elements.
  if (event.button !== 0 || event.pointerType === "touch" || target.closest("[data-id]")) return;
  const stage = event.currentTarget;
  const start = { x: event.clientX, y: event.clientY, left: stage.scrollLeft, top: stage.scrollTop };
  let moved = false;
  const move = (next: globalThis.PointerEvent) => {
    const dx = next.clientX - start.x;
    const dy = next.clientY - start.y;
    moved ||= Math.hypot(dx, dy) > 4;
    stage.scrollLeft = start.left - dx;
    stage.scrollTop = start.top - dy;
  };
  const up = () => {
    window.removeEventListener("pointermove", move);
    if (!moved) onBackground?.();
  };
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", up, { once: true });
}
