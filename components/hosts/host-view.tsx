"use client";
import { useQuery } from "@tanstack/react-query";
import { ChevronRight, Download, Terminal, TriangleAlert } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { CheckDifference, HostGraph } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { EMBEDDED_CLOUD, untold } from "../../lib/client/live.ts";
import { useUrlState } from "../../lib/client/use-url-state.ts";
import { layoutHost } from "../../lib/hostgraph/layout/layout.ts";
import { ALL_STACKS, stackOf } from "../../lib/hostgraph/layout/rollup.ts";
import { useCheck } from "../check/use-check.ts";
import { GapReport } from "../clouds/gap-report.tsx";
import { download } from "../graph/export.ts";
import type { PictureHandle } from "../graph/picture.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogTrigger } from "../ui/dialog.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../ui/state.tsx";
import { When } from "../ui/when.tsx";
import { HostConsole } from "./console.tsx";
import { withDrift } from "./drift.ts";
import { HistoryPane } from "./history-pane.tsx";
import { DriftLink, HostActions } from "./host-actions.tsx";
import { HostPicture } from "./host-picture.tsx";
import { HostTable } from "./host-table.tsx";
import { Legend } from "./legend.tsx";
import { DevicePane } from "./panel/device-pane.tsx";

/** Only large hosts load the canvas and its library. */
const HostCanvas = dynamic(() => import("./host-canvas.tsx").then((module) => module.HostCanvas), {
  ssr: false,
  loading: () => <HostSkeleton />,
});

/**
 * Cards and boxes from which on the canvas paints. Measured in Chromium on 2 cores without a GPU, all stacks open: as SVG a
 * step of zoom takes 29 ms with 200 devices, 64 with 600, 70 with 1,000, 135 with 3,000, about 700 with 7,500, so that it falls
 * below 30 frames a second between the first two; a selection takes 40, 150, 170, 340, 340 to 500 ms, and hovering drops to 33
 * frames a second at 7,500 (panning stays above 50). On the canvas a step takes 27 ms with 1,000 and 31 with 7,500, a selection
 * 60 to 140, and hovering and panning keep 58 to 60 frames. Up to here a picture in the document is worth more than those
 * milliseconds: its devices are elements for keyboard and screen reader. Few hosts come here before their stacks are opened.
 */
const CANVAS_FROM = 600;

const NONE: readonly CheckDifference[] = [];

interface Props {
  cloud: string;
  host: string;
  /** Rendered on the server where the host is small enough; else fetched. */
  initial?: HostGraph;
}

export function HostView({ cloud, host, initial }: Props) {
  const graph = useQuery({
    queryKey: keys.host(cloud, host),
    queryFn: ({ signal }) => fetchJson<HostGraph>(urls.host(cloud, host), { signal }),
    ...(initial ? { initialData: initial } : {}),
    refetchInterval: untold(cloud),
  });
  const differences = useCheck(cloud, host).data?.hosts[0]?.differences ?? NONE;
  const marked = useMemo(() => graph.data && withDrift(graph.data, differences), [graph.data, differences]);
  if (graph.isPending) return <HostSkeleton name={host} />;
  if (!marked)
    return <ErrorState title={`${host} did not load`} error={graph.error} onRetry={() => void graph.refetch()} />;
  return <Loaded cloud={cloud} graph={marked} differences={differences} />;
}

/** What a link chose: `<netns>/<device>`. A bare name is the host's own device; one that it has not chooses nothing. */
function deviceId(graph: HostGraph, param: string | null): string | null {
  if (param === null || param.includes("/")) return param;
  const own = `root/${param}`;
  return graph.nodes.some((node) => node.id === own) ? own : null;
}

interface LoadedProps {
  cloud: string;
  graph: HostGraph;
  differences: readonly CheckDifference[];
}

function Loaded({ cloud, graph, differences }: LoadedProps) {
  const { params, set } = useUrlState();
  const picture = useRef<PictureHandle>(null);
  const scrolled = useRef({ left: 0, top: 0 });
  const open = params.get("open") ?? "";
  const selected = deviceId(graph, params.get("device"));
  const hidden = useMemo(() => (selected ? stackOf(graph, selected) : undefined), [graph, selected]);
  const scene = useMemo(() => layoutHost(graph, [hidden, ...open.split(",")].filter(isId)), [graph, open, hidden]);
  const large = scene.cards.length + scene.boxes.length >= CANVAS_FROM;
  const DevicesPicture = large ? HostCanvas : HostPicture;
  const table = params.get("view") === "table";
  const zoom = Number(params.get("zoom"));
  const consoleAt = params.get("console");
  const history = cloud === EMBEDDED_CLOUD && params.get("pane") === "commands" && selected === null;
  const openHistory = (opened: boolean) =>
    set(opened ? { pane: "commands", device: null, tab: null, q: null } : { pane: null, q: null, order: null });
  const select = useCallback(
    (id: string | null) => {
      const stack = id === null ? undefined : scene.cards.find((card) => card.id === id)?.node.stack;
      if (stack) set({ open: [...open.split(",").filter(Boolean), stack.id].join(",") });
      else if (id === null) set({ device: null, tab: null, q: null, file: null, chain: null });
      else set({ device: id, q: null, file: null, chain: null });
    },
    [scene, open, set],
  );
  // Opening the panel narrows the picture: what was chosen stays in view.
  useEffect(() => {
    if (selected && scene.cards.some((card) => card.id === selected)) picture.current?.reveal(selected);
  }, [selected, scene]);
  const onZoom = useCallback(
    (next: number | null) => set({ zoom: next === null ? null : String(next) }, "replace"),
    [set],
  );
  const save = async (kind: "svg" | "png") => {
    const content = kind === "svg" ? await picture.current?.svg() : await picture.current?.png();
    if (content) download(content, `${graph.host.name}.${kind}`, kind === "svg" ? "image/svg+xml" : "image/png");
  };
  return (
    <div className="flex h-full min-h-0">
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex flex-col gap-2.5 px-5 pt-4 pb-3">
          <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
            <Title cloud={cloud} graph={graph} differences={differences} />
            <div className="flex flex-wrap items-center gap-2">
              <Button
                size="md"
                aria-pressed={consoleAt !== null}
                className="aria-pressed:bg-hover"
                onClick={() => set({ console: consoleAt === null ? "1" : null })}
              >
                <Terminal aria-hidden /> Console
              </Button>
              <HostActions cloud={cloud} host={graph.host.name} history={history} onHistory={openHistory} />
              {open !== "" ? (
                <Button size="md" onClick={() => set({ open: null })}>
                  Stack again
                </Button>
              ) : null}
              {scene.stacks.length > 1 && !table ? (
                <Button size="md" onClick={() => set({ open: ALL_STACKS })}>
                  Open all
                </Button>
              ) : null}
              <Segmented
                label="View"
                value={table ? "table" : "picture"}
                options={[
                  { value: "picture", label: "Picture" },
                  { value: "table", label: "Table" },
                ]}
                onChange={(value) => set({ view: value === "table" ? "table" : null })}
              />
              {table ? null : (
                <Menu
                  label="Save the picture"
                  align="end"
                  trigger={
                    <Button size="icon" variant="outline" aria-label="Save the picture" title="Save the picture">
                      <Download aria-hidden />
                    </Button>
                  }
                >
                  {large ? null : <MenuItem onSelect={() => void save("svg")}>As SVG</MenuItem>}
                  <MenuItem onSelect={() => void save("png")}>{large ? "This view as PNG" : "As PNG"}</MenuItem>
                </Menu>
              )}
            </div>
          </div>
          <Legend graph={graph} network={params.get("net")} onNetwork={(net) => set({ net })} />
        </header>
        <div className="relative min-h-0 flex-1 border-t border-line">
          {graph.nodes.length === 0 ? (
            <NoDevices graph={graph} />
          ) : table ? (
            <div className="absolute inset-0 p-5">
              <HostTable graph={graph} selected={selected} onSelect={select} />
            </div>
          ) : (
            <DevicesPicture
              handle={picture}
              scrolled={scrolled}
              graph={graph}
              scene={scene}
              selected={selected}
              network={params.get("net")}
              zoom={zoom > 0 ? zoom : null}
              onZoom={onZoom}
              onSelect={select}
            />
          )}
        </div>
        {consoleAt === null ? null : (
          <HostConsole cloud={cloud} host={graph.host.name} place={consoleAt} onClose={() => set({ console: null })} />
        )}
      </div>
      {selected ? (
        <DevicePane
          key={selected}
          cloud={cloud}
          graph={graph}
          id={selected}
          onClose={() => select(null)}
          onSelect={select}
        />
      ) : history ? (
        <HistoryPane cloud={cloud} host={graph.host.name} onClose={() => openHistory(false)} />
      ) : null}
    </div>
  );
}

const isId = (id: string | undefined): id is string => id !== undefined && id !== "";

function Title({ cloud, graph: { host, nodes, gaps }, differences }: LoadedProps) {
  const dead = host.agents.filter((agent) => !agent.alive);
  return (
    <div className="min-w-0">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Link href={pages.hosts(cloud)} className="text-sm text-muted hover:text-ink">
          Hosts
        </Link>
        <ChevronRight aria-hidden className="size-3.5 text-faint" />
        <h1 className="text-lg font-semibold tracking-tight">{host.name}</h1>
        {host.tunnelAddress ? <span className="font-mono text-xs text-muted">{host.tunnelAddress}</span> : null}
        {host.roles.map((role) => (
          <Badge key={role}>{role}</Badge>
        ))}
        {dead.length > 0 ? (
          <Link href={pages.agents(cloud)} title="Agents">
            <Badge tone="danger">{dead.map((agent) => agent.type).join(", ")} not running</Badge>
          </Link>
        ) : null}
        <DriftLink cloud={cloud} host={host.name} differences={differences} />
        {gaps.length > 0 ? <Gaps host={host.name} gaps={gaps} /> : null}
      </div>
      <p className="pt-0.5 text-xs text-muted">
        {[
          `${nodes.length.toLocaleString("en")} ${nodes.length === 1 ? "device" : "devices"}`,
          host.flows > 0 ? `${host.flows.toLocaleString("en")} flows` : "",
          host.agents.length > 0 ? `${host.agents.length - dead.length} of ${host.agents.length} agents alive` : "",
        ]
          .filter(Boolean)
          .join(" · ")}
        {host.takenAt ? (
          <>
            {" · recorded "}
            <When iso={host.takenAt} />
          </>
        ) : null}
      </p>
    </div>
  );
}

/** What is missing of this host, and why. */
function Gaps({ host, gaps }: { host: string; gaps: HostGraph["gaps"] }) {
  return (
    <Dialog
      title={`What is missing of ${host}`}
      description="The picture shows what was recorded. Nothing is guessed."
      className="w-[min(760px,calc(100vw-32px))]"
      trigger={
        <DialogTrigger asChild>
          <Button variant="ghost" size="sm" className="text-warn hover:text-warn">
            <TriangleAlert aria-hidden />
            {gaps.length.toLocaleString("en")} {gaps.length === 1 ? "gap" : "gaps"}
          </Button>
        </DialogTrigger>
      }
    >
      <GapReport gaps={gaps} />
    </Dialog>
  );
}

function NoDevices({ graph }: { graph: HostGraph }) {
  return (
    <EmptyState title={`Nothing is known about the devices of ${graph.host.name}`}>
      {graph.gaps.length > 0 ? (
        <ul className="pt-2 text-left font-mono text-xs">
          {graph.gaps.slice(0, 8).map((gap) => (
            <li key={`${gap.file} ${gap.line} ${gap.reason}`}>
              {gap.file}: {gap.reason}
            </li>
          ))}
        </ul>
      ) : (
        "The bundle holds no links of this host. Record it with `ip -j -d link`."
      )}
    </EmptyState>
  );
}

/** The shape of the page that is coming. */
export function HostSkeleton({ name }: { name?: string }) {
  return (
    <div role="status" aria-label={name ? `Loading ${name}` : "Loading"} className="flex flex-col gap-4 p-5">
      <Skeleton className="h-7 w-72" />
      <Skeleton className="h-5 w-96" />
      <div className="grid grid-cols-4 gap-8 pt-6">
        {["guests", "filter", "integration", "uplink"].map((column) => (
          <div key={column} className="flex flex-col gap-4">
            <Skeleton className="h-14" />
            <Skeleton className="h-14" />
            <Skeleton className="h-14" />
          </div>
        ))}
      </div>
    </div>
  );
}
