"use client";
import { useQuery } from "@tanstack/react-query";
import { Waypoints, X } from "lucide-react";
import type { ReactNode } from "react";
import type { DevicePanel, HostGraph } from "../../../lib/api/http.ts";
import { pages } from "../../../lib/api/pages.ts";
import { fetchJson } from "../../../lib/client/fetch.ts";
import { keys, urls } from "../../../lib/client/keys.ts";
import { EMBEDDED_CLOUD, untold } from "../../../lib/client/live.ts";
import { useUrlState } from "../../../lib/client/use-url-state.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/state.tsx";
import { Tab, TabList, TabPanel, Tabs } from "../../ui/tabs.tsx";
import { MarkIcon } from "../marks.tsx";
import { RightPane } from "../right-pane.tsx";
import { KIND_WORDS } from "../words.ts";
import { HistoryTab } from "./history-tab.tsx";
import { panelTabs } from "./tabs.tsx";

interface Props {
  cloud: string;
  graph: HostGraph;
  /** Node id, or `<netns>/` for a namespace. */
  id: string;
  onClose: () => void;
  onSelect: (id: string) => void;
}

/** Everything about one device, at the right of the picture. */
export function DevicePane({ cloud, graph, id, onClose, onSelect }: Props) {
  const slash = id.startsWith("guest:") ? id.lastIndexOf("/") : id.indexOf("/");
  const [netns, name] = [id.slice(0, slash), id.slice(slash + 1)];
  const host = graph.host.name;
  const panel = useQuery({
    queryKey: keys.device(cloud, host, netns, name),
    queryFn: ({ signal }) => fetchJson<DevicePanel>(urls.device(cloud, host, netns, name), { signal }),
    refetchInterval: untold(cloud),
  });
  return (
    <RightPane label="Details" onClose={onClose}>
      <Head cloud={cloud} graph={graph} id={id} netns={netns} name={name} onClose={onClose} />
      {panel.isPending ? (
        <div className="p-5">
          <SkeletonRows rows={10} label="Loading the details" />
        </div>
      ) : panel.isError && isMissing(graph, id) ? (
        <EmptyState
          title="The host does not have it"
          action={<ButtonLink href={pages.check(cloud, host)}>What the check found</ButtonLink>}
        >
          Neutron wants this device here: its agents have not made it, or somebody has removed it.
        </EmptyState>
      ) : panel.isError ? (
        <ErrorState title="The details did not load" error={panel.error} onRetry={() => void panel.refetch()} />
      ) : (
        <Sections
          cloud={cloud}
          graph={graph}
          panel={panel.data}
          onSelect={onSelect}
          {...(cloud === EMBEDDED_CLOUD
            ? { history: <HistoryTab cloud={cloud} host={host} device={historyName(graph, id, netns, name)} /> }
            : {})}
        />
      )}
    </RightPane>
  );
}

function Head(props: {
  cloud: string;
  graph: HostGraph;
  id: string;
  netns: string;
  name: string;
  onClose: () => void;
}) {
  const { graph, id, netns, name } = props;
  const node = graph.nodes.find((one) => one.id === id);
  const space = name === "" ? graph.namespaces?.find((one) => one.name === netns) : undefined;
  const guest = node?.kind === "guest";
  const title = name === "" ? netns : guest ? (node.label ?? name) : name;
  const about = node
    ? [KIND_WORDS[node.kind], guest ? node.detail : node.label, node.networkName]
    : ["namespace", space?.title];
  return (
    <header className="flex items-start gap-2 px-5 pt-4 pb-2">
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-1">
          <h2
            className={guest ? "truncate text-base font-semibold" : "truncate font-mono text-[0.9375rem] font-semibold"}
            title={title}
          >
            {title}
          </h2>
          <CopyButton text={title} label="Copy the name" className="size-6 shrink-0 [&_svg]:size-3.5" />
          {node?.marks.map((mark) => (
            <MarkIcon key={mark} mark={mark} />
          ))}
        </div>
        <p className="truncate text-xs text-muted">{about.filter(Boolean).join(" · ")}</p>
      </div>
      {guest ? (
        <span className="flex shrink-0 flex-wrap gap-1">
          <ButtonLink size="sm" href={pages.trace(props.cloud, { from: node.label ?? name })}>
            <Waypoints aria-hidden /> Trace from
          </ButtonLink>
          <ButtonLink size="sm" href={pages.trace(props.cloud, { to: node.label ?? name })}>
            Trace to
          </ButtonLink>
        </span>
      ) : null}
      <Button
        variant="ghost"
        size="icon"
        aria-label="Close the details"
        title="Close (Esc)"
        className="-mr-2"
        onClick={props.onClose}
      >
        <X aria-hidden />
      </Button>
    </header>
  );
}

function isMissing(graph: HostGraph, id: string): boolean {
  return graph.nodes.some((one) => one.id === id && one.marks.includes("expected-missing"));
}

/** What its commands call it: a namespace by its own name, a guest by its tap, which the host has. */
function historyName(graph: HostGraph, id: string, netns: string, name: string): string {
  const node = graph.nodes.find((one) => one.id === id);
  if (node?.kind === "guest" && node.portId) return `tap${node.portId.slice(0, 11)}`;
  return name === "" ? netns : name;
}

interface SectionsProps {
  cloud: string;
  graph: HostGraph;
  panel: DevicePanel;
  history?: ReactNode;
  onSelect: (id: string) => void;
}

function Sections(props: SectionsProps) {
  const { params, set } = useUrlState();
  const tabs = panelTabs({
    panel: props.panel,
    graph: props.graph,
    history: props.history,
    filter: params.get("q") ?? "",
    file: params.get("file"),
    chain: params.get("chain"),
    onSelect: props.onSelect,
    set,
    rawHref: (file) => `${urls.host(props.cloud, props.graph.host.name)}/raw?file=${encodeURIComponent(file)}`,
  });
  const wanted = params.get("tab");
  const current = tabs.some((tab) => tab.id === wanted) ? (wanted ?? "summary") : "summary";
  return (
    <Tabs
      value={current}
      onValueChange={(tab) => set({ tab: tab === "summary" ? null : tab, q: null, chain: null, order: null })}
      className="flex min-h-0 flex-1 flex-col"
    >
      <TabList aria-label="Details" className="px-5">
        {tabs.map((tab) => (
          <Tab key={tab.id} value={tab.id}>
            {tab.title}
            {tab.count === undefined ? null : (
              <span className="text-2xs text-faint tabular-nums">{tab.count.toLocaleString("en")}</span>
            )}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} value={tab.id} className="min-h-0 flex-1">
          {tab.id === current ? tab.content : null}
        </TabPanel>
      ))}
    </Tabs>
  );
}
