"use client";
import cytoscape, { type CollectionReturnValue, type Core, type StylesheetJson } from "cytoscape";
import {
  type KeyboardEvent,
  type PointerEvent,
  type Ref,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import { styleOf } from "./canvas-style.ts";
import { elementsOf } from "./elements.ts";
import { write } from "./ink.ts";
import { nodeAt, type PaintedNode, type Painting } from "./painting.ts";
import { onTheme, type Palette, paletteOf } from "./palette.ts";
import type { PictureHandle } from "./picture.tsx";
import { firstInView, scrollTo } from "./sheet.ts";
import { Stage, type StageProps, sheetStyle } from "./stage.tsx";

/*
 * The painter of scenes with thousands of devices, where every change of zoom, hover or selection makes a document's SVG
 * stutter. Cytoscape draws outlines and wires from the scene's own positions, and only what is in view; letters and glyphs are
 * drawn over it. It takes no input: the stage scrolls and zooms it as it does an SVG.
 */

export type Direction = "left" | "right" | "up" | "down";
const ARROWS: Record<string, Direction> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

/** A PNG of the view, at this many pixels to one of the screen. */
const PNG_SCALE = 2;

export interface CanvasProps extends StageProps {
  /** What the picture is, and where the same can be read. */
  label: string;
  painting: Painting;
  selected: string | null;
  /** Only elements of this network, and of none, are in full colour. */
  network: string | null;
  onSelect: (id: string | null) => void;
  /** Where an arrow key leads from a node. */
  next: (from: string, direction: Direction) => string | undefined;
  ref?: Ref<PictureHandle>;
}

export function Canvas(props: CanvasProps) {
  const { painting, selected, network, onSelect, label, next, ref, ...stageProps } = props;
  const stage = useRef<HTMLDivElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const ground = useRef<HTMLDivElement>(null);
  const letters = useRef<HTMLCanvasElement>(null);
  const graph = useRef<{ cy: Core; palette: Palette } | null>(null);
  const [theme, setTheme] = useState(0);
  const [hovered, setHovered] = useState<string | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const named = (id: string | null) => (id === null ? undefined : painting.nodes.find((node) => node.id === id));
  const focus = hovered ?? focused ?? selected;

  useEffect(() => onTheme(() => setTheme((count) => count + 1)), []);

  // Where the sheet is on the stage decides what is seen: scrolling, zooming and resizing only ever move the sheet.
  const place = useRef(() => {});
  place.current = () => {
    const frame = stage.current?.getBoundingClientRect();
    const box = sheet.current?.getBoundingClientRect();
    if (!frame || !box) return;
    const pan = { x: box.left - frame.left, y: box.top - frame.top };
    graph.current?.cy.viewport({ zoom: box.width / painting.width, pan });
  };
  const shownNetwork = useRef(network);
  shownNetwork.current = network;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme is another painting
  useEffect(() => {
    if (!ground.current) return;
    const palette = paletteOf(ground.current);
    const cy = cytoscape({
      container: ground.current,
      elements: elementsOf(painting, palette),
      style: styleOf(palette) as StylesheetJson, // Its types know no data() for ends and bends.
      layout: { name: "preset", fit: false },
      autoungrabify: true,
      autounselectify: true,
      boxSelectionEnabled: false,
      userPanningEnabled: false,
      userZoomingEnabled: false,
    });
    graph.current = { cy, palette };
    cy.on("render", () => {
      const view = { zoom: cy.zoom(), ...cy.pan(), width: cy.width(), height: cy.height() };
      if (letters.current)
        write(letters.current, painting, view, palette, shownNetwork.current, window.devicePixelRatio);
    });
    place.current();
    let here = true;
    void document.fonts.ready.then(() => here && cy.forceRender());
    return () => {
      here = false;
      graph.current = null;
      cy.destroy();
    };
  }, [painting, theme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new graph starts without classes
  useEffect(() => {
    const cy = graph.current?.cy;
    if (!cy || focus === null) return;
    const wires = cy.getElementById(focus).connectedEdges();
    return marked(cy, wires.union(wires.connectedNodes()).difference(cy.getElementById(focus)), "lit");
  }, [focus, painting, theme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new graph starts without classes
  useEffect(() => {
    const cy = graph.current?.cy;
    return cy && marked(cy, cy.getElementById(selected ?? "").union(cy.getElementById(focused ?? "")), "ring");
  }, [focused, selected, painting, theme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new graph starts without classes
  useEffect(() => {
    const cy = graph.current?.cy;
    if (!cy || network === null) return;
    const others = cy.elements().filter((element) => ![undefined, network].includes(element.data("networkId")));
    return marked(cy, others, "dim");
  }, [network, painting, theme]);

  useEffect(() => {
    const moved = () => place.current();
    const sizes = new ResizeObserver(() => {
      graph.current?.cy.resize();
      moved();
    });
    const scrolls = stage.current;
    for (const element of [stage.current, sheet.current]) if (element) sizes.observe(element);
    scrolls?.addEventListener("scroll", moved, { passive: true });
    return () => {
      sizes.disconnect();
      scrolls?.removeEventListener("scroll", moved);
    };
  }, []);

  const reveal = (id: string) => {
    const node = named(id);
    if (node) scrollTo(node, painting.width, stage.current, sheet.current);
  };
  // What the address says was chosen is in view from the beginning.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    if (selected !== null) reveal(selected);
  }, []);

  useImperativeHandle(ref, () => ({
    svg: () => Promise.reject(new Error("a picture on a canvas has no SVG")),
    png: (scale = PNG_SCALE) =>
      graph.current
        ? viewAsPng(graph.current, painting, network, scale)
        : Promise.reject(new Error("nothing is drawn")),
    reveal,
  }));

  const under = (at: { clientX: number; clientY: number }): PaintedNode | undefined => {
    const box = sheet.current?.getBoundingClientRect();
    if (!box) return undefined;
    const zoom = box.width / painting.width;
    return nodeAt(painting, (at.clientX - box.left) / zoom, (at.clientY - box.top) / zoom);
  };
  const press = (at: { clientX: number; clientY: number }) => {
    setFocused(null);
    onSelect(under(at)?.id ?? null);
  };
  const onPointerMove = (event: PointerEvent) => {
    if (event.buttons === 0) setHovered(under(event)?.id ?? null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = focused ?? selected;
    if ((event.key === "Enter" || event.key === " ") && from !== null) onSelect(from);
    else if (ARROWS[event.key]) {
      const start = () => firstInView(painting, stage.current, sheet.current)?.id;
      const to = from === null || !named(from) ? start() : next(from, ARROWS[event.key] ?? "down");
      if (to === undefined) return event.preventDefault();
      setFocused(to);
      reveal(to);
    } else return;
    event.preventDefault();
  };

  return (
    <Stage
      {...stageProps}
      stage={stage}
      sheet={sheet}
      onPress={press}
      ground={
        <div aria-hidden className="absolute inset-0 overflow-hidden">
          {/* Cytoscape makes its container position: relative. */}
          <div ref={ground} className="size-full" />
          <canvas ref={letters} className="absolute inset-0 size-full" />
        </div>
      }
    >
      <div
        ref={sheet}
        role="img"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk over the devices
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setHovered(null)}
        onBlur={() => setFocused(null)}
        className="mx-auto block select-none outline-none"
        style={{ ...sheetStyle(stageProps), cursor: hovered === null ? undefined : "pointer" }}
      />
      <p role="status" className="sr-only">
        {named(focused)?.label}
      </p>
    </Stage>
  );
}

/** Gives elements a class; the answer takes it from them again. */
function marked(cy: Core, elements: CollectionReturnValue, name: string): () => void {
  elements.addClass(name);
  cy.forceRender(); // Letters may have to change even where no outline does.
  return () => {
    if (cy.destroyed()) return;
    elements.removeClass(name);
    cy.forceRender();
  };
}

/** What is seen, with its letters: the whole would be larger than any image may be. */
async function viewAsPng(
  { cy, palette }: { cy: Core; palette: Palette },
  painting: Painting,
  network: string | null,
  scale: number,
): Promise<Blob> {
  const view = { zoom: cy.zoom(), ...cy.pan(), width: cy.width(), height: cy.height() };
  const outlines = await createImageBitmap(await cy.png({ output: "blob-promise", scale, full: false }));
  const canvas = document.createElement("canvas");
  write(canvas, painting, view, palette, network, scale);
  const context = canvas.getContext("2d");
  if (context) {
    context.resetTransform();
    context.globalCompositeOperation = "destination-over";
    context.drawImage(outlines, 0, 0);
    context.fillStyle = palette.colour("var(--bg)");
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the view is too large for a PNG"))), "image/png"),
  );
}
