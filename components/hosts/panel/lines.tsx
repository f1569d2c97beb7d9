"use client";
import { useCallback, useMemo } from "react";
import { lineMatches, parseFilter } from "../../../lib/client/filter.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { FilterBox } from "./filter-box.tsx";
import { VirtualList } from "./virtual-list.tsx";

interface Item {
  key: string;
  text: string;
}

/** A long list of terminal lines: filtered, copied, and only drawn where it is seen. */
export function LinesTab(props: {
  label: string;
  lines: string[];
  filter: string;
  onFilter: (filter: string) => void;
}) {
  const { label, lines, filter, onFilter } = props;
  const items = useMemo(() => {
    const terms = parseFilter(filter);
    return lines.flatMap((text, i): Item[] => (lineMatches(terms, text) ? [{ key: String(i), text }] : []));
  }, [lines, filter]);
  const keyOf = useCallback((item: Item) => item.key, []);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex items-center gap-1 border-b border-line px-4 py-3">
        <div className="min-w-0 flex-1">
          <FilterBox
            label={`Filter ${label.toLowerCase()}`}
            placeholder="any words"
            value={filter}
            onChange={onFilter}
            count={items.length === lines.length ? `${lines.length} entries` : `${items.length} of ${lines.length}`}
          />
        </div>
        <CopyButton text={() => items.map((item) => item.text).join("\n")} label="Copy the entries shown" />
      </div>
      <VirtualList
        label={label}
        items={items}
        keyOf={keyOf}
        estimate={(item) => 13 + 18.4 * Math.ceil(item.text.length / 60)}
        render={(item) => (
          <p className="border-b border-line px-4 py-1.5 font-mono text-xs leading-[1.15rem] [overflow-wrap:anywhere]">
            {item.text}
          </p>
        )}
      />
    </div>
  );
}

/** A titled block of terminal lines, for what is short. */
export function TextBlock({ title, lines, note }: { title: string; lines: string[]; note?: string }) {
  return (
    <section className="pt-4">
      <header className="flex items-center gap-2 pb-1">
        <h3 className="text-sm font-semibold">{title}</h3>
        <span className="text-xs text-muted">{note ?? `${lines.length}`}</span>
        <CopyButton text={lines.join("\n")} label={`Copy ${title}`} className="ml-auto size-6 [&_svg]:size-3.5" />
      </header>
      <pre className="rounded-md border border-line bg-sunken px-3 py-2 font-mono text-xs leading-5 whitespace-pre-wrap [overflow-wrap:anywhere]">
        {lines.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity, and may repeat
          <span key={i} className="block pl-5 -indent-5">
            {line}
          </span>
        ))}
      </pre>
    </section>
  );
}
