"use client";
import { Undo2, Waypoints } from "lucide-react";
import type { FaultKindText, InjectedFault } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { toSearch } from "../../lib/traceview/query.ts";
import { Ago } from "../check/ago.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Panel } from "../ui/panel.tsx";

interface Props {
  cloud: string;
  faults: readonly InjectedFault[];
  kinds: readonly FaultKindText[];
  /** The id that is being undone, or `all`. */
  undoing: string | undefined;
  onUndo: (id: string) => void;
}

/** What is broken now: since when, how to see it, and how to take it back. */
export function InjectedList({ cloud, faults, kinds, undoing, onUndo }: Props) {
  return (
    <Panel aria-labelledby="broken-now" className="overflow-hidden">
      <header className="flex min-h-12 items-center gap-3 px-4 py-2">
        <h2 id="broken-now" className="text-sm font-semibold">
          Broken now
        </h2>
        <Badge tone={faults.length > 0 ? "danger" : "neutral"}>{faults.length}</Badge>
        {faults.length > 1 ? (
          <Button size="sm" className="ml-auto" disabled={undoing !== undefined} onClick={() => onUndo("all")}>
            <Undo2 aria-hidden /> Undo all
          </Button>
        ) : null}
      </header>
      {faults.length === 0 ? (
        <p className="border-t border-line px-4 py-3 text-sm text-muted">
          Nothing was broken by hand. Choose a fault, and where to put it.
        </p>
      ) : (
        <ul aria-label="Faults in place">
          {faults.toReversed().map((one) => (
            <li
              key={one.id}
              className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line px-4 py-2.5 text-sm"
            >
              <div className="min-w-48 flex-1">
                <p className="font-medium">{kinds.find(({ kind }) => kind === one.kind)?.title ?? one.kind}</p>
                <p className="text-xs text-muted">
                  {whereText(one)} · <span className="font-mono">{one.code}</span> · <Ago at={one.since} />
                  {one.stands ? null : <span className="text-ok"> · mended by something else since</span>}
                </p>
              </div>
              <div className="flex items-center gap-2">
                {one.trace && one.stands ? (
                  <ButtonLink size="sm" href={`${pages.trace(cloud)}?${toSearch(one.trace)}`}>
                    <Waypoints aria-hidden /> Trace it
                  </ButtonLink>
                ) : null}
                <Button
                  size="sm"
                  disabled={undoing !== undefined}
                  aria-label={`${one.stands ? "Undo" : "Forget"} ${one.kind} at ${one.place}`}
                  onClick={() => onUndo(one.id)}
                >
                  <Undo2 aria-hidden /> {undoing === one.id ? "Undoing…" : one.stands ? "Undo" : "Forget"}
                </Button>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Hosts that the place's name does not tell already. */
function whereText({ place, lines }: InjectedFault): string {
  const hosts = new Set(lines.map((line) => line.host).filter((host) => !place.includes(host)));
  return [place, ...hosts].join(" · ");
}
