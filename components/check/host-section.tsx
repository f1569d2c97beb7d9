"use client";
import { TriangleAlert, Wrench } from "lucide-react";
import Link from "next/link";
import { useMemo, useState } from "react";
import type { CheckDifference, CheckedHost, Topology } from "../../lib/api/http.ts";
import type { Repair } from "../../lib/api/operate.ts";
import { pages } from "../../lib/api/pages.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Panel } from "../ui/panel.tsx";
import { DifferenceRow } from "./difference-row.tsx";
import { namer, objectOf, type Place } from "./places.ts";
import { RepairBox } from "./repair-box.tsx";

/** Rows that draw at once: a host that lacks everything differs in thousands. */
const LIMIT = 150;

interface Props {
  cloud: string;
  host: CheckedHost;
  /** Those that the filter leaves. */
  differences: readonly CheckDifference[];
  topology: Topology | undefined;
  /** The id of the difference whose repair is shown, or `all`. */
  open: string | null;
  onOpen: (id: string | null) => void;
  onDone: (repair: Repair) => void;
}

/** All that differs on one host, by the object that it is about. */
export function HostSection({ cloud, host, differences, topology, open, onOpen, onDone }: Props) {
  const [all, setAll] = useState(false);
  const shown = all ? differences : differences.slice(0, LIMIT);
  const groups = useMemo(() => byObject(cloud, shown, topology), [cloud, shown, topology]);
  const named = useMemo(() => namer(topology), [topology]);
  const count = host.differences.length;
  return (
    <Panel aria-labelledby={`host-${host.name}`} className="overflow-hidden">
      <header className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2">
        <h2 id={`host-${host.name}`} className="text-sm font-semibold">
          <Link href={pages.host(cloud, host.name)} className="hover:underline">
            {host.name}
          </Link>
        </h2>
        <Badge tone="warn">{count === 1 ? "1 difference" : `${count.toLocaleString("en")} differences`}</Badge>
        <NotChecked reasons={host.notChecked} />
        <Button
          size="sm"
          className="ml-auto"
          aria-expanded={open === "all"}
          onClick={() => onOpen(open === "all" ? null : "all")}
        >
          <Wrench aria-hidden /> {count === 1 ? "Repair it" : `Repair all ${count.toLocaleString("en")}`}
        </Button>
      </header>
      {open === "all" ? (
        <div className="border-t border-line px-4 py-3.5">
          <RepairBox cloud={cloud} host={host.name} onDone={onDone} />
        </div>
      ) : null}
      {groups.map(({ object, list }) => (
        <section key={object.label} aria-label={object.label}>
          <h3 className="flex min-h-8 items-center justify-between gap-3 border-t border-line bg-sunken px-4 text-xs font-medium">
            {object.href ? (
              <Link href={object.href} className="text-accent hover:underline">
                {object.label}
              </Link>
            ) : (
              object.label
            )}
            {list.length > 1 ? <span className="font-normal text-muted">{list.length}</span> : null}
          </h3>
          <ul>
            {list.map((one) => (
              <DifferenceRow
                key={one.id}
                cloud={cloud}
                host={host.name}
                difference={one}
                open={open === one.id}
                named={named}
                onOpen={(next) => onOpen(next ? one.id : null)}
                onDone={onDone}
              />
            ))}
          </ul>
        </section>
      ))}
      {shown.length < differences.length ? (
        <div className="flex justify-center border-t border-line py-3">
          <Button size="sm" onClick={() => setAll(true)}>
            Show all {differences.length.toLocaleString("en")}
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}

export function NotChecked({ reasons }: { reasons: readonly string[] }) {
  if (reasons.length === 0) return null;
  return (
    <span className="inline-flex items-center gap-1.5 text-xs text-warn" title={reasons.join("\n")}>
      <TriangleAlert aria-hidden className="size-3.5" />
      {reasons.length === 1 ? reasons[0] : `${reasons.length} parts could not be read`}
    </span>
  );
}

function byObject(cloud: string, differences: readonly CheckDifference[], topology: Topology | undefined) {
  const groups = new Map<string, { object: Place; list: CheckDifference[] }>();
  for (const one of differences) {
    const object = objectOf(cloud, one.resource, topology);
    const group = groups.get(object.label);
    if (group) group.list.push(one);
    else groups.set(object.label, { object, list: [one] });
  }
  return [...groups.values()];
}
