"use client";
import type { KeyboardEvent, ReactNode } from "react";
import { PANEL_WIDTH, Splitter, useEdge } from "./splitter.tsx";

/** At the right of a host's picture, as wide as one likes; on a phone over all of it. */
export function RightPane({ label, onClose, children }: { label: string; onClose: () => void; children: ReactNode }) {
  const [width, setWidth] = useEdge(PANEL_WIDTH);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
  };
  return (
    <aside
      aria-label={label}
      onKeyDown={onKeyDown}
      style={{ width }}
      className="relative flex max-w-[62%] min-w-0 shrink-0 flex-col border-l border-line bg-surface max-sm:absolute max-sm:inset-0 max-sm:z-20 max-sm:w-full! max-sm:max-w-none"
    >
      <Splitter edge={PANEL_WIDTH} size={width} onSize={setWidth} />
      {children}
    </aside>
  );
}
