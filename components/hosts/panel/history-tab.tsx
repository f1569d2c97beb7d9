"use client";
import { useQuery } from "@tanstack/react-query";
import { ArrowDownUp } from "lucide-react";
import Link from "next/link";
import { useCallback, useMemo } from "react";
import type { Topology } from "../../../lib/api/http.ts";
import type { HostDeed, HostHistory } from "../../../lib/api/operate.ts";
import { type ListPage, pages } from "../../../lib/api/pages.ts";
import { fetchJson } from "../../../lib/client/fetch.ts";
import { lineMatches, parseFilter } from "../../../lib/client/filter.ts";
import { keys, urls } from "../../../lib/client/keys.ts";
import { useUrlState } from "../../../lib/client/use-url-state.ts";
import { objectOf } from "../../check/places.ts";
import { useTopology } from "../../objects/use-topology.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/state.tsx";
import { FilterBox } from "./filter-box.tsx";
import { VirtualList } from "./virtual-list.tsx";

/** Lines of one deed that one row of the list draws: thousands come as several rows. */
const ROW = 40;

type Item =
  | { kind: "head"; key: string; deed: HostDeed; shown: number }
  | { kind: "lines"; key: string; lines: string[] };

/** What was run on a host, or about one of its devices: when, why, by whom. */
export function HistoryTab({ cloud, host, device }: { cloud: string; host: string; device?: string }) {
  const { params, set } = useUrlState();
  const filter = params.get("q") ?? "";
  const oldest = params.get("order") === "oldest";
  const history = useQuery({
    queryKey: keys.history(cloud, host, device),
    queryFn: ({ signal }) => fetchJson<HostHistory>(urls.history(cloud, host, device), { signal }),
  });
  const topology = useTopology(cloud).data;
  const { deeds, older = 0 } = history.data ?? {};
  const items = useMemo(() => (deeds ? itemsOf(deeds, filter, oldest) : []), [deeds, filter, oldest]);
  const onFilter = useCallback((q: string) => set({ q: q === "" ? null : q }, "replace"), [set]);
  const keyOf = useCallback((item: Item) => item.key, []);
  if (history.isPending)
    return (
      <div className="p-5">
        <SkeletonRows rows={8} label="Loading the commands" />
      </div>
    );
  if (!deeds)
    return (
      <ErrorState title="The commands did not load" error={history.error} onRetry={() => void history.refetch()} />
    );
  const all = deeds.reduce((sum, one) => sum + one.commands.length, 0);
  const lines = items.flatMap((item) => (item.kind === "lines" ? item.lines : []));
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex items-center gap-1 border-b border-line px-4 py-3">
        <div className="min-w-0 flex-1">
          <FilterBox
            label="Filter the commands"
            placeholder="ovs-vsctl  dhcp  -flow"
            value={filter}
            onChange={onFilter}
            count={lines.length === all ? `${all.toLocaleString("en")} commands` : `${lines.length} of ${all}`}
          />
        </div>
        <Button
          variant="ghost"
          size="icon"
          aria-label={oldest ? "Show the newest first" : "Show the oldest first"}
          title={oldest ? "The oldest first; press for the newest" : "The newest first; press for the oldest"}
          onClick={() => set({ order: oldest ? null : "oldest" })}
        >
          <ArrowDownUp aria-hidden />
        </Button>
        <CopyButton text={() => lines.map((line) => `${line}\n`).join("")} label="Copy the commands shown" />
      </div>
      {items.length === 0 ? (
        <EmptyState title={all === 0 ? "Nothing was run" : "No command has all of this"} className="py-10">
          {all === 0
            ? device === undefined
              ? "Since this server started, no agent had anything to do here."
              : "Since this server started, no command named this device. It may be older, or come from the host itself."
            : "Take a word out of the filter."}
        </EmptyState>
      ) : (
        <VirtualList
          label="Commands"
          items={items}
          keyOf={keyOf}
          estimate={estimate}
          render={(item) =>
            item.kind === "head" ? (
              <DeedHead cloud={cloud} topology={topology} item={item} />
            ) : (
              <Lines lines={item.lines} />
            )
          }
        />
      )}
      {older > 0 ? (
        <p className="border-t border-line px-4 py-2 text-xs text-muted">
          {older.toLocaleString("en")} older {older === 1 ? "step is" : "steps are"} not shown.
        </p>
      ) : null}
    </div>
  );
}

function estimate(item: Item): number {
  if (item.kind === "head") return 52;
  return 10 + item.lines.reduce((sum, line) => sum + 20 * Math.ceil(line.length / 60), 0);
}

function itemsOf(deeds: readonly HostDeed[], filter: string, oldest: boolean): Item[] {
  const terms = parseFilter(filter);
  const order = oldest ? deeds.toReversed() : deeds;
  return order.flatMap((deed): Item[] => {
    const about = [deed.agent, deed.step, ...deed.causes.map((one) => one.what)].join(" ");
    const lines =
      terms.length === 0 ? deed.commands : deed.commands.filter((line) => lineMatches(terms, `${line} ${about}`));
    if (lines.length === 0) return [];
    const items: Item[] = [{ kind: "head", key: deed.id, deed, shown: lines.length }];
    for (let at = 0; at < lines.length; at += ROW)
      items.push({ kind: "lines", key: `${deed.id} ${at}`, lines: lines.slice(at, at + ROW) });
    return items;
  });
}

const CAUSES = 3;

interface HeadProps {
  cloud: string;
  topology: Topology | undefined;
  item: Extract<Item, { kind: "head" }>;
}

function DeedHead({ cloud, topology, item: { deed, shown } }: HeadProps) {
  const byHand = deed.agent === "by hand";
  const causes = deed.causes.slice(0, CAUSES);
  const more = deed.causes.length - causes.length;
  return (
    <div className="border-b border-line bg-sunken px-4 py-2 text-xs">
      <h3 className="flex flex-wrap items-center gap-x-2 gap-y-0.5 font-medium">
        <Clock iso={deed.at} />
        {byHand ? <Badge tone="warn">by hand</Badge> : <span className="font-mono">{deed.agent}</span>}
        {deed.step ? <span className="text-muted">{deed.step}</span> : null}
        <span className="ml-auto font-normal text-muted">{shown === 1 ? "1 command" : `${shown} commands`}</span>
      </h3>
      {causes.length > 0 ? (
        <p className="pt-0.5 text-muted [overflow-wrap:anywhere]">
          {causes.map((cause, i) => (
            <span key={cause.what}>
              {i > 0 ? "; " : ""}
              <CauseText cause={cause} href={hrefOf(cloud, topology, cause)} />
            </span>
          ))}
          {more > 0 ? ` and ${more} more` : ""}
        </p>
      ) : null}
    </div>
  );
}

/** To the second: what agents do takes less than a minute. */
function Clock({ iso }: { iso: string }) {
  const date = new Date(iso);
  return (
    <time dateTime={iso} title={iso} className="tabular-nums">
      {date.toLocaleString(undefined, { dateStyle: "short", timeStyle: "medium" })}
    </time>
  );
}

const LISTS: Readonly<Record<string, ListPage>> = {
  network: "networks",
  router: "routers",
  floatingip: "floating-ips",
  security_group: "security-groups",
  server: "instances",
};

/** Empty: it has no page (any more). */
function hrefOf(cloud: string, topology: Topology | undefined, { object, what }: HostDeed["causes"][number]): string {
  if (!object || what.startsWith("deleted ")) return "";
  if (object.kind === "port") return objectOf(cloud, { type: "port", id: object.id }, topology).href;
  const list = LISTS[object.kind];
  return list ? pages.list(cloud, list, object.id) : "";
}

function CauseText({ cause: { what }, href }: { cause: HostDeed["causes"][number]; href: string }) {
  // Names say enough; the id is the link's.
  const text = what.replace(/ \([0-9a-f-]{36}\)$/, "").replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, (id) => id.slice(0, 8));
  if (href === "") return <span title={what}>{text}</span>;
  return (
    <Link href={href} title={what} className="text-accent hover:underline">
      {text}
    </Link>
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <div className="group/lines relative border-b border-line px-4 py-1.5">
      <pre className="pr-7 font-mono text-xs leading-5 whitespace-pre-wrap [overflow-wrap:anywhere]">
        {lines.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity, and may repeat
          <span key={i} className="block pl-5 -indent-5">
            {line}
          </span>
        ))}
      </pre>
      <CopyButton
        text={lines.map((line) => `${line}\n`).join("")}
        label="Copy these commands"
        className="absolute top-1 right-2 size-6 opacity-0 group-hover/lines:opacity-100 focus-visible:opacity-100 [&_svg]:size-3.5"
      />
    </div>
  );
}
