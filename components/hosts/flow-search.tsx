"use client";
import { useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import Link from "next/link";
import { useCallback, useMemo } from "react";
import type { FlowSearch } from "../../lib/api/operate.ts";
import { pages } from "../../lib/api/pages.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { Badge } from "../ui/badge.tsx";
import { Panel } from "../ui/panel.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../ui/state.tsx";
import { FlowRow } from "./panel/flow-row.tsx";
import { VirtualList } from "./panel/virtual-list.tsx";

type Found = FlowSearch["hosts"][number];
type Hit = Found["flows"][number];
type Item =
  | { kind: "host"; key: string; host: Found }
  | { kind: "flow"; key: string; host: string; hit: Hit }
  | { kind: "more"; key: string; host: Found };

export function useFlowSearch(cloud: string, q: string) {
  return useQuery({
    queryKey: keys.flows(cloud, q),
    queryFn: ({ signal }) => fetchJson<FlowSearch>(urls.flows(cloud, q), { signal }),
    enabled: q !== "",
    placeholderData: (before) => before,
    staleTime: 5000,
  });
}

/** Flows of all hosts that have every word; each opens in its bridge. */
export function FlowResults({ cloud, q }: { cloud: string; q: string }) {
  const search = useFlowSearch(cloud, q);
  const items = useMemo(() => itemsOf(search.data), [search.data]);
  const keyOf = useCallback((item: Item) => item.key, []);
  if (search.isPending) return <SkeletonRows rows={8} label="Searching the flows" />;
  if (search.isError)
    return <ErrorState title="The search failed" error={search.error} onRetry={() => void search.refetch()} />;
  if (items.length === 0)
    return (
      <EmptyState icon={<SearchX aria-hidden />} title="No flow has all of this">
        {search.data.searched.toLocaleString("en")} flows were looked through. Words are searched in the whole line;{" "}
        <code className="text-xs">table=60</code>, <code className="text-xs">dl_vlan=1</code>,{" "}
        <code className="text-xs">priority=90</code>, <code className="text-xs">cookie=0x…</code> and{" "}
        <code className="text-xs">actions=drop</code> ask one field; a word after <code className="text-xs">-</code>{" "}
        must not be there.
      </EmptyState>
    );
  return (
    <Panel aria-busy={search.isPlaceholderData} className="flex min-h-72 flex-1 flex-col overflow-hidden">
      <VirtualList
        label="Flows of all hosts"
        items={items}
        keyOf={keyOf}
        estimate={estimate}
        render={(item) =>
          item.kind === "host" ? (
            <HostHead cloud={cloud} host={item.host} />
          ) : item.kind === "more" ? (
            <p className="border-b border-line px-4 py-2 text-xs text-muted">
              {(item.host.total - item.host.flows.length).toLocaleString("en")} more on {item.host.name}. Add a word to
              see fewer.
            </p>
          ) : (
            <HitRow cloud={cloud} host={item.host} hit={item.hit} />
          )
        }
      />
    </Panel>
  );
}

function estimate(item: Item): number {
  if (item.kind !== "flow") return 36;
  const { match, actions } = item.hit.flow;
  return 13 + 18.4 * Math.ceil((match.length + actions.length + 24) / 110);
}

function itemsOf(search: FlowSearch | undefined): Item[] {
  return (search?.hosts ?? []).flatMap((host): Item[] => [
    { kind: "host", key: host.name, host },
    ...host.flows.map((hit, i): Item => ({ kind: "flow", key: `${host.name} ${i}`, host: host.name, hit })),
    ...(host.flows.length < host.total ? [{ kind: "more", key: `${host.name} more`, host } as const] : []),
  ]);
}

function HostHead({ cloud, host }: { cloud: string; host: Found }) {
  return (
    <h2 className="flex h-9 items-center gap-2 border-b border-line bg-sunken px-4 text-xs">
      <Link href={pages.host(cloud, host.name)} className="font-semibold hover:underline">
        {host.name}
      </Link>
      <Badge>{host.total === 1 ? "1 flow" : `${host.total.toLocaleString("en")} flows`}</Badge>
    </h2>
  );
}

function HitRow({ cloud, host, hit }: { cloud: string; host: string; hit: Hit }) {
  const { bridge, table, tableName, flow } = hit;
  return (
    <div className="grid grid-cols-1 sm:grid-cols-[13rem_minmax(0,1fr)]">
      <Link
        href={flowHref(cloud, host, hit)}
        title="Open this flow in its bridge"
        className="border-line px-4 py-1.5 font-mono text-xs leading-[1.15rem] hover:bg-hover sm:border-b"
      >
        <span className="text-accent">{bridge}</span> <span className="text-muted">table {table}</span>
        {tableName ? <span className="block truncate text-2xs text-muted">{tableName}</span> : null}
      </Link>
      <FlowRow table={table} flow={flow} />
    </div>
  );
}

/** In its bridge's panel, with a filter that leaves this flow. */
function flowHref(cloud: string, host: string, { bridge, table, flow }: Hit): string {
  const words = [`table=${table}`, `priority=${flow.priority}`, ...flow.match.split(",").filter((word) => word !== "")];
  const query = new URLSearchParams({ tab: "flows", q: words.join(" ") });
  return `${pages.host(cloud, host, `root/${bridge}`)}&${query}`;
}
