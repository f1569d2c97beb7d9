"use client";
import type { FaultKindText, FaultReport } from "../../lib/api/http.ts";
import { cn } from "../ui/cn.ts";

interface Props {
  /** By family, in order. */
  kinds: readonly FaultKindText[];
  report: FaultReport | undefined;
  selected: string | null;
  onSelect: (kind: string) => void;
}

/** Every kind of fault, by what it breaks. */
export function KindList({ kinds, report, selected, onSelect }: Props) {
  const families = Map.groupBy(kinds, (one) => one.family);
  const places = new Map(report?.kinds.map((one) => [one.kind, one.places.length]));
  return (
    <div className="flex flex-col gap-4">
      {[...families].map(([family, list]) => (
        <section key={family} aria-label={family}>
          <h2 className="px-2.5 pb-1 text-xs font-medium text-muted">{family}</h2>
          <ul>
            {list.map((one) => {
              const count = places.get(one.kind);
              return (
                <li key={one.kind}>
                  <button
                    type="button"
                    aria-pressed={selected === one.kind}
                    onClick={() => onSelect(one.kind)}
                    className={cn(
                      "flex w-full items-baseline justify-between gap-3 rounded-md px-2.5 py-1.5 text-left text-sm",
                      selected === one.kind ? "bg-accent-soft" : "hover:bg-hover",
                    )}
                  >
                    <span className={count === 0 ? "text-faint" : undefined}>{one.title}</span>
                    <span
                      className="w-14 shrink-0 text-right text-2xs text-muted tabular-nums"
                      title="Places where it can be put now"
                    >
                      {count === undefined
                        ? ""
                        : count === 0
                          ? "no place"
                          : count === 1
                            ? "1 place"
                            : `${count} places`}
                    </span>
                  </button>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </div>
  );
}
