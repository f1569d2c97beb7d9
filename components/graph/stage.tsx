"use client";
import { Maximize, Minus, Plus } from "lucide-react";
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
} from "react";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";

/*
 * Panning is the browser's own scrolling, so that wheel, touch, keys and focus all work as everywhere else, for a drawing in
 * the document and for one on a canvas alike.
 */

const STEPS = [0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4];

/** After the last of the wheel. */
const REST_MS = 100;

export interface StageProps {
  /** Size of the drawing in pixels at zoom 1. */
  width: number;
  height: number;
  /** Null fits the width of the stage, between `minFit` and `maxFit`. */
  zoom: number | null;
  onZoom: (zoom: number | null) => void;
  minFit?: number;
  maxFit?: number;
  className?: string;
  /** Where it was scrolled to: kept for the next stage, when another painter takes over. */
  scrolled?: RefObject<{ left: number; top: number }>;
}

/** How large the drawing is on the stage: styles of the element that stands for the whole of it. */
export function sheetStyle({ width, height, zoom, minFit = 0.62, maxFit = 1.25 }: StageProps) {
  return zoom === null
    ? {
        width: "100%",
        maxWidth: width * maxFit,
        minWidth: width * minFit,
        height: "auto",
        aspectRatio: `${width} / ${height}`,
      }
    : { width: width * zoom, height: height * zoom, maxWidth: "none" };
}

/** What a drawing lies on: scrolls, zooms by key, wheel and button around the point that is looked at. */
export function Stage(
  props: StageProps & {
    /** The element with `sheetStyle`, among the children. */
    sheet: RefObject<Element | null>;
    stage: RefObject<HTMLDivElement | null>;
    /** A press that neither moved nor hit a target with `data-id`. */
    onPress?: ((at: { clientX: number; clientY: number }) => void) | undefined;
    /** Under the scrolling part. */
    ground?: ReactNode;
    children: ReactNode;
  },
) {
  const { width, zoom, onZoom, sheet, stage } = props;
  /** Point of the drawing, in shares of its size, that stays under the given point of the stage at the next zoom. */
  const anchor = useRef<{ fx: number; fy: number; x: number; y: number } | null>(null);

  const step = (direction: 1 | -1, at?: { x: number; y: number }) => {
    const box = sheet.current?.getBoundingClientRect();
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
    const box = sheet.current?.getBoundingClientRect();
    anchor.current = null;
    if (!point || !box || !stage.current) return;
    stage.current.scrollLeft += box.left + point.fx * box.width - point.x;
    stage.current.scrollTop += box.top + point.fy * box.height - point.y;
  }, [zoom]);

  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  // What the wheel moves under a pointer is not pointed at: lighting it would repaint the picture with every frame.
  const pass = () => {
    clearTimeout(resting.current);
    stage.current?.setAttribute("data-passing", "");
    resting.current = setTimeout(() => {
      resting.current = undefined;
      stage.current?.removeAttribute("data-passing");
    }, REST_MS);
  };

  const onWheel = useRef<(event: WheelEvent) => void>(() => {});
  onWheel.current = (event) => {
    if (!event.ctrlKey && !event.metaKey) return pass();
    event.preventDefault();
    step(event.deltaY < 0 ? 1 : -1, { x: event.clientX, y: event.clientY });
  };
  useEffect(() => {
    const node = stage.current;
    // React's own wheel listener is passive, and could not keep the page from zooming.
    const listen = (event: WheelEvent) => onWheel.current(event);
    node?.addEventListener("wheel", listen, { passive: false });
    return () => node?.removeEventListener("wheel", listen);
  }, [stage]);

  const { scrolled } = props;
  useLayoutEffect(() => {
    if (scrolled) stage.current?.scrollTo({ ...scrolled.current, behavior: "instant" });
  }, [scrolled, stage]);
  const onScroll = () => {
    if (resting.current !== undefined) pass();
    if (scrolled && stage.current) scrolled.current = { left: stage.current.scrollLeft, top: stage.current.scrollTop };
  };

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
      {props.ground}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are shortcuts for the buttons beside it */}
      <div
        ref={stage}
        onKeyDown={onKeyDown}
        onScroll={onScroll}
        onPointerDown={(event) => drag(event, props.onPress)}
        className="absolute inset-0 cursor-grab overflow-auto pb-16 data-passing:*:pointer-events-none active:cursor-grabbing"
      >
        {props.children}
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
function drag(event: PointerEvent<HTMLDivElement>, onPress?: (at: { clientX: number; clientY: number }) => void): void {
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
  const up = (last: globalThis.PointerEvent) => {
    window.removeEventListener("pointermove", move);
    if (!moved) onPress?.(last);
  };
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", up, { once: true });
}
