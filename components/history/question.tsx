"use client";
import { useQuery } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import type { Topology, TraceEnd, TraceQuery } from "../../lib/api/http.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { findEnd } from "../../lib/traceview/match.ts";

/** What a trace's ends are called now; ids of what is gone stay ids. */
export function useEndNames(cloud: string): (value: string | undefined) => string {
  const ends = useQuery({ queryKey: keys.ends(cloud), queryFn: () => fetchJson<TraceEnd[]>(urls.ends(cloud)) });
  const topology = useQuery({
    queryKey: keys.topology(cloud),
    queryFn: () => fetchJson<Topology>(urls.topology(cloud)),
  });
  return (value) => {
    const known = findEnd(ends.data ?? [], topology.data, value)?.label ?? value ?? "";
    return /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(known) ? known.slice(0, 8) : known;
  };
}

/** `a → b`. */
export function Question({ query, name }: { query: TraceQuery; name: (value: string | undefined) => string }) {
  return (
    <span className="inline-flex min-w-0 flex-wrap items-center gap-x-1.5">
      <span className="whitespace-nowrap">{name(query.from)}</span>
      <span className="inline-flex items-center gap-x-1.5 whitespace-nowrap">
        <ArrowRight aria-label="to" className="size-3.5 shrink-0 text-muted" />
        {query.to === undefined ? "DHCP" : name(query.to)}
      </span>
    </span>
  );
}
