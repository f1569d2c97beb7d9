"use client";
import { type ReactNode, type Ref, useImperativeHandle, useRef } from "react";
import { pngOf, svgOf } from "./export.ts";
import { Stage, type StageProps, sheetStyle } from "./stage.tsx";

/*
 * Pictures are SVG in the document as long as they are not huge (see canvas.tsx): it paints sooner than a canvas graph
 * library, text stays sharp at every zoom, each device is a real element with a name that a keyboard, a screen reader and a
 * test can reach, colours come from the design tokens, and the export is the picture itself.
 */

export interface PictureHandle {
  /** The picture as a self-contained SVG file: styles resolved, fonts inside. */
  svg(): Promise<string>;
  /** The same, painted at `scale` (2 by default). */
  png(scale?: number): Promise<Blob>;
  /** Scrolls the element with this `data-id` into the middle. */
  reveal(id: string): void;
}

/**
 * A drawing of `width` × `height` user units (pixels at zoom 1). Children are SVG; give what can be selected `data-id`, a
 * role, a name and tabIndex 0.
 */
export function Picture({
  label,
  onBackground,
  children,
  ref,
  ...stageProps
}: StageProps & {
  label: string;
  onBackground?: () => void;
  children: ReactNode;
  ref?: Ref<PictureHandle>;
}) {
  const stage = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  useImperativeHandle(ref, () => ({
    svg: () => (svg.current ? svgOf(svg.current) : Promise.reject(new Error("nothing is drawn"))),
    png: (scale = 2) => (svg.current ? pngOf(svg.current, scale) : Promise.reject(new Error("nothing is drawn"))),
    reveal: (id) => {
      const found = svg.current?.querySelector(`[data-id="${CSS.escape(id)}"]`);
      found?.scrollIntoView({ block: "nearest", inline: "nearest" });
    },
  }));

  return (
    <Stage {...stageProps} stage={stage} sheet={svg} onPress={onBackground}>
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset of its own */}
      <svg
        ref={svg}
        role="group"
        aria-label={label}
        viewBox={`0 0 ${stageProps.width} ${stageProps.height}`}
        className="mx-auto block select-none"
        style={sheetStyle(stageProps)}
      >
        {children}
      </svg>
    </Stage>
  );
}
