"use client";
import { type KeyboardEvent, type Ref, type RefObject, useMemo, useRef, useState } from "react";
import type { HostGraph } from "../../lib/api/http.ts";
import { type Direction, nextDevice } from "../../lib/hostgraph/layout/navigate.ts";
import type { Scene, Slot } from "../../lib/hostgraph/layout/scene.ts";
import { Picture, type PictureHandle } from "../graph/picture.tsx";
import { BoxInside, BridgeBox } from "./bridge-box.tsx";
import { DeviceCard } from "./device-card.tsx";
import { WirePath } from "./wire-path.tsx";

const ARROWS: Record<string, Direction> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

const NO_SLOTS: Slot[] = [];

export interface HostPictureProps {
  graph: HostGraph;
  scene: Scene;
  selected: string | null;
  /** Only devices of this network are lit. */
  network: string | null;
  zoom: number | null;
  onZoom: (zoom: number | null) => void;
  onSelect: (id: string | null) => void;
  /** Where the stage is scrolled to. */
  scrolled?: RefObject<{ left: number; top: number }>;
  handle?: Ref<PictureHandle>;
}

/** The device graph of a host. Links first, then boxes, then devices: nothing ever covers a device. */
export function HostPicture({
  graph,
  scene,
  selected,
  network,
  zoom,
  onZoom,
  onSelect,
  scrolled,
  handle,
}: HostPictureProps) {
  const [hovered, setHovered] = useState<string | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const hues = useMemo(
    () => new Map(graph.networks.flatMap((n) => (n.hue ? [[n.id, n.hue.edge] as const] : []))),
    [graph.networks],
  );
  const slots = useMemo(() => Map.groupBy(scene.slots, (slot: Slot) => slot.box), [scene.slots]);
  const focus = hovered ?? selected;
  const lit = useMemo(() => neighbours(scene, focus), [scene, focus]);
  // What belongs to no network carries them all: it stays lit.
  const dims = (id: string | undefined) => network !== null && id !== undefined && id !== network;

  const onKeyDown = (event: KeyboardEvent) => {
    const direction = ARROWS[event.key];
    const active = document.activeElement?.getAttribute("data-id");
    if (!direction || !active || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = nextDevice(scene, active, direction);
    if (next) frame.current?.querySelector<SVGElement>(`[data-id="${CSS.escape(next)}"]`)?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move the focus between the buttons inside
    <div ref={frame} onKeyDown={onKeyDown} className="contents">
      <Picture
        {...(handle ? { ref: handle } : {})}
        {...(scrolled ? { scrolled } : {})}
        label={`Devices of ${graph.host.name}`}
        width={scene.width}
        height={scene.height}
        zoom={zoom}
        onZoom={onZoom}
        minFit={0.82}
        maxFit={1}
        onBackground={() => onSelect(null)}
        className="h-full"
      >
        <g aria-hidden>
          {scene.columns.map((column) => (
            <text key={column.title} x={column.x + 1} y={24} className="fill-faint text-[11px]">
              {column.title}
            </text>
          ))}
        </g>
        {scene.boxes.map((box) => (
          <BridgeBox
            key={box.id}
            box={box}
            selected={selected === box.id}
            lit={lit.nodes.has(box.id)}
            dimmed={box.kind === "qbr" && dims(box.node?.networkId)}
            onSelect={onSelect}
            onHover={setHovered}
          />
        ))}
        {scene.boxes.map((box) => (
          <BoxInside key={box.id} box={box} slots={slots.get(box.id) ?? NO_SLOTS} hues={hues} network={network} />
        ))}
        <g aria-hidden>
          {scene.wires.map((wire) => (
            <WirePath
              key={wire.id}
              wire={wire}
              hue={wire.networkId ? hues.get(wire.networkId) : undefined}
              lit={lit.wires.has(wire.id)}
              dimmed={dims(wire.networkId)}
            />
          ))}
        </g>
        {scene.cards.map((card) => (
          <DeviceCard
            key={card.id}
            card={card}
            hue={card.node.networkId ? hues.get(card.node.networkId) : undefined}
            selected={selected === card.id}
            lit={lit.nodes.has(card.id)}
            dimmed={dims(card.node.networkId)}
            onSelect={onSelect}
            onHover={setHovered}
          />
        ))}
      </Picture>
    </div>
  );
}

/** The wires of a device, and what they lead to. */
function neighbours(scene: Scene, id: string | null): { wires: Set<string>; nodes: Set<string> } {
  const wires = new Set<string>();
  const nodes = new Set<string>();
  if (id === null) return { wires, nodes };
  for (const wire of scene.wires) {
    if (wire.from !== id && wire.to !== id) continue;
    wires.add(wire.id);
    nodes.add(wire.from === id ? wire.to : wire.from);
  }
  return { wires, nodes };
}
