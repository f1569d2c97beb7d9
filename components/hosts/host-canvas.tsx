"use client";
import { useCallback, useMemo } from "react";
import { nextDevice } from "../../lib/hostgraph/layout/navigate.ts";
import { Canvas, type Direction } from "../graph/canvas.tsx";
import type { HostPictureProps } from "./host-picture.tsx";
import { paintingOf } from "./painting.ts";

/** The device graph of a host with thousands of devices in view: the same scene as host-picture.tsx, painted on a canvas. */
export function HostCanvas({ graph, scene, handle, ...rest }: HostPictureProps) {
  const painting = useMemo(() => paintingOf(graph, scene), [graph, scene]);
  const next = useCallback((from: string, direction: Direction) => nextDevice(scene, from, direction), [scene]);
  const count = graph.nodes.length.toLocaleString("en");
  return (
    <Canvas
      {...rest}
      {...(handle ? { ref: handle } : {})}
      label={`Devices of ${graph.host.name}: a picture of ${count} devices. Arrow keys walk from device to device, Enter opens one; the table view lists them all.`}
      painting={painting}
      next={next}
      width={scene.width}
      height={scene.height}
      minFit={0.82}
      maxFit={1}
      className="h-full"
    />
  );
}
