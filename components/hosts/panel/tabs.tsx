"use client";
import type { ReactNode } from "react";
import type { DevicePanel, HostGraph } from "../../../lib/api/http.ts";
import { FirewallTab } from "./firewall-tab.tsx";
import { FlowsTab } from "./flows-tab.tsx";
import { GridTab } from "./grid-tab.tsx";
import { LinesTab, TextBlock } from "./lines.tsx";
import { RawTab } from "./raw-tab.tsx";
import { SummaryTab } from "./summary-tab.tsx";

export interface PanelState {
  panel: DevicePanel;
  graph: HostGraph;
  /** What was run about it; absent for recordings, which do not know. */
  history?: ReactNode;
  filter: string;
  file: string | null;
  chain: string | null;
  onSelect: (id: string) => void;
  set: (changes: Record<string, string | null>, how?: "push" | "replace") => void;
  rawHref: (file: string) => string;
}

export interface PanelTab {
  id: string;
  title: string;
  count?: number;
  content: ReactNode;
}

/** Only the tabs that the device has something for. */
export function panelTabs(state: PanelState): PanelTab[] {
  const { panel, graph, filter, set } = state;
  const onFilter = (q: string) => set({ q: q === "" ? null : q }, "replace");
  const tabs: PanelTab[] = [
    { id: "summary", title: "Summary", content: <SummaryTab panel={panel} graph={graph} onSelect={state.onSelect} /> },
  ];
  if (panel.flows) {
    const count = panel.flows.tables.reduce((n, table) => n + table.flows.length, 0);
    const partial = panel.flows.bridge !== panel.name;
    const content = <FlowsTab flows={panel.flows} partial={partial} filter={filter} onFilter={onFilter} />;
    tabs.push({ id: "flows", title: "Flows", count, content });
  }
  if (panel.fdb)
    tabs.push({
      id: "fdb",
      title: "FDB",
      count: panel.fdb.rows.length,
      content: <GridTab label="FDB" {...panel.fdb} />,
    });
  if (panel.firewall) {
    const onChain = (chain: string) => set({ chain, q: null });
    const content = (
      <FirewallTab panel={panel} filter={filter} onFilter={onFilter} chain={state.chain} onChain={onChain} />
    );
    tabs.push({ id: "firewall", title: "Firewall", content });
  }
  if (panel.routes) tabs.push({ id: "routes", title: "Routes", content: <Routes routes={panel.routes} /> });
  if (panel.neighbours) {
    const { rows } = panel.neighbours;
    tabs.push({
      id: "neighbours",
      title: "Neighbours",
      count: rows.length,
      content: <GridTab label="Neighbours" {...panel.neighbours} />,
    });
  }
  if (panel.conntrack) {
    const content = <LinesTab label="Connections" lines={panel.conntrack} filter={filter} onFilter={onFilter} />;
    tabs.push({ id: "conntrack", title: "Conntrack", count: panel.conntrack.length, content });
  }
  if (panel.leases) tabs.push({ id: "leases", title: "Leases", content: <Leases leases={panel.leases} /> });
  if (state.history) tabs.push({ id: "commands", title: "Commands", content: state.history });
  if (panel.raw) {
    const onFile = (file: string) => set({ file });
    tabs.push({
      id: "raw",
      title: "Raw",
      content: <RawTab raw={panel.raw} file={state.file} onFile={onFile} href={state.rawHref} />,
    });
  }
  return tabs;
}

function Routes({ routes }: { routes: NonNullable<DevicePanel["routes"]> }) {
  return (
    <div className="h-full overflow-auto px-5 pb-6">
      {routes.rules.length > 0 ? <TextBlock title="Rules" lines={routes.rules} note="ip rule" /> : null}
      {routes.tables.map((table) => (
        <TextBlock key={table.name} title={`Table ${table.name}`} lines={table.routes} />
      ))}
    </div>
  );
}

function Leases({ leases }: { leases: NonNullable<DevicePanel["leases"]> }) {
  return (
    <div className="h-full overflow-auto px-5 pb-6">
      <TextBlock title="Leases" lines={leases.leases} note={`handed out on ${leases.network}`} />
      <TextBlock title="Hosts" lines={leases.hosts} note="who may have one" />
      <TextBlock title="Options" lines={leases.options} />
      <TextBlock title="dnsmasq" lines={leases.command.split(/ (?=--)/)} note="its command line" />
    </div>
  );
}
