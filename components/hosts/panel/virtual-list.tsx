"use client";
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

interface Props<T> {
  items: readonly T[];
  keyOf: (item: T) => string;
  /** Pixels, before the row was ever seen. */
  estimate: (item: T) => number;
  render: (item: T) => ReactNode;
  label: string;
  /** Index to bring to the top when it changes. */
  scrollTo?: number | undefined;
  className?: string;
}

const OVERSCAN = 400;

/** Rows of any height, of which only those in view are in the document: a hundred thousand flows scroll as ten do. */
export function VirtualList<T>({ items, keyOf, estimate, render, label, scrollTo, className }: Props<T>) {
  const frame = useRef<HTMLDivElement>(null);
  const heights = useRef(new Map<string, number>());
  const [view, setView] = useState({ top: 0, height: 800 });
  const [measured, setMeasured] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `measured` counts the corrections of `heights`
  const offsets = useMemo(() => {
    const result = new Float64Array(items.length + 1);
    items.forEach((item, i) => {
      result[i + 1] = (result[i] ?? 0) + (heights.current.get(keyOf(item)) ?? estimate(item));
    });
    return result;
  }, [items, keyOf, estimate, measured]);

  const total = offsets[items.length] ?? 0;
  const first = Math.max(0, indexAt(offsets, view.top - OVERSCAN));
  const last = Math.min(items.length, indexAt(offsets, view.top + view.height + OVERSCAN) + 1);

  useEffect(() => {
    const node = frame.current;
    if (!node) return;
    const observer = new ResizeObserver(() => setView((v) => ({ ...v, height: node.clientHeight })));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);

  const rows = useRef<HTMLDivElement>(null);
  /** Where a jump is going: heights become known on the way, so it is corrected until it stands. */
  const target = useRef<number | null>(null);
  useLayoutEffect(() => {
    let changed = false;
    for (const row of rows.current?.children ?? []) {
      const key = row.getAttribute("data-key");
      const height = row.getBoundingClientRect().height;
      if (key === null || height === 0) continue;
      if (Math.abs((heights.current.get(key) ?? 0) - height) > 0.5) {
        heights.current.set(key, height);
        changed = true;
      }
    }
    if (changed) setMeasured((n) => n + 1);
    else if (target.current !== null && frame.current) {
      const { scrollTop, scrollHeight, clientHeight } = frame.current;
      const wanted = Math.min(offsets[target.current] ?? 0, scrollHeight - clientHeight);
      if (Math.abs(scrollTop - wanted) < 1) target.current = null;
      else frame.current.scrollTop = wanted;
    }
  });

  useEffect(() => {
    if (scrollTo === undefined || scrollTo < 0) return;
    target.current = scrollTo;
    setMeasured((n) => n + 1);
  }, [scrollTo]);

  return (
    <section
      ref={frame}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
      tabIndex={0}
      onWheel={() => {
        target.current = null;
      }}
      onScroll={(event) => {
        const { scrollTop, clientHeight } = event.currentTarget;
        setView({ top: scrollTop, height: clientHeight });
      }}
      className={className ?? "min-h-0 flex-1 overflow-auto focus-visible:-outline-offset-2"}
    >
      <div style={{ height: total, position: "relative" }}>
        <div ref={rows} style={{ transform: `translateY(${offsets[first] ?? 0}px)` }}>
          {items.slice(first, last).map((item) => (
            <div key={keyOf(item)} data-key={keyOf(item)}>
              {render(item)}
            </div>
          ))}
        </div>
      </div>
    </section>
  );
}

/** Largest index whose offset is not beyond y. */
function indexAt(offsets: Float64Array, y: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if ((offsets[mid] ?? 0) <= y) low = mid;
    else high = mid - 1;
  }
  return low;
}
