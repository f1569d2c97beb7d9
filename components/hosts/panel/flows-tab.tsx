"use client";
import { useCallback, useMemo } from "react";
import type { DevicePanel, FlowTable } from "../../../lib/api/http.ts";
import { flowMatches, parseFilter } from "../../../lib/client/filter.ts";
import { flowText } from "../../../lib/client/flow-text.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { FilterBox } from "./filter-box.tsx";
import { FlowRow } from "./flow-row.tsx";
import { PipelinePicture } from "./pipeline-picture.tsx";
import { VirtualList } from "./virtual-list.tsx";

type Item =
  | { kind: "table"; key: string; table: FlowTable; shown: number }
  | { kind: "flow"; key: string; table: number; flow: FlowTable["flows"][number] };

interface Props {
  flows: NonNullable<DevicePanel["flows"]>;
  /** True for a port: the flows are those of its bridge that name it. */
  partial: boolean;
  filter: string;
  onFilter: (filter: string) => void;
}

export function FlowsTab({ flows, partial, filter, onFilter }: Props) {
  const terms = useMemo(() => parseFilter(filter), [filter]);
  const items = useMemo(() => itemsOf(flows.tables, terms), [flows, terms]);
  const shown = items.reduce((n, item) => n + (item.kind === "flow" ? 1 : 0), 0);
  const all = flows.tables.reduce((n, table) => n + table.flows.length, 0);
  const table = /^table=(\d+)$/.exec(filter.trim())?.[1];
  const keyOf = useCallback((item: Item) => item.key, []);
  const copy = () =>
    items.flatMap((item) => (item.kind === "flow" ? [flowText(item.table, item.flow)] : [])).join("\n");
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex flex-col gap-2 border-b border-line px-4 py-3">
        <div className="flex items-center gap-1">
          <div className="min-w-0 flex-1">
            <FilterBox
              label="Filter the flows"
              placeholder="dl_vlan=1  table=60  -drop  cirros-vm1"
              value={filter}
              onChange={onFilter}
              count={
                shown === all
                  ? `${all.toLocaleString("en")} flows`
                  : `${shown.toLocaleString("en")} of ${all.toLocaleString("en")}`
              }
            />
          </div>
          <CopyButton text={copy} label="Copy the flows shown" />
        </div>
        {partial ? (
          <p className="text-xs text-muted">
            The flows of <span className="font-mono">{flows.bridge}</span> that name this port, its MAC or its address:{" "}
            {all.toLocaleString("en")} of {flows.total.toLocaleString("en")}.
          </p>
        ) : null}
      </div>
      <PipelinePicture
        tables={flows.tables}
        selected={table === undefined ? null : Number(table)}
        onSelect={(number) => onFilter(String(number) === table ? "" : `table=${number}`)}
      />
      {shown === 0 ? (
        <p className="px-4 py-10 text-center text-sm text-muted">
          No flow has all of this. Take a word out of the filter.
        </p>
      ) : (
        <VirtualList
          label="Flows"
          items={items}
          keyOf={keyOf}
          estimate={estimate}
          render={(item) =>
            item.kind === "flow" ? <FlowRow table={item.table} flow={item.flow} /> : <TableHead item={item} />
          }
        />
      )}
    </div>
  );
}

function estimate(item: Item): number {
  if (item.kind === "table") return 34;
  const { match, actions, hints } = item.flow;
  const characters = match.length + actions.length + 24 + hints.reduce((n, hint) => n + hint.name.length, 0);
  return 13 + 18.4 * Math.ceil(characters / 58);
}

function itemsOf(tables: readonly FlowTable[], terms: ReturnType<typeof parseFilter>): Item[] {
  return tables.flatMap((table) => {
    const flows = terms.length === 0 ? table.flows : table.flows.filter((flow) => flowMatches(terms, table, flow));
    if (flows.length === 0) return [];
    const head: Item = { kind: "table", key: `t${table.table}`, table, shown: flows.length };
    return [
      head,
      ...flows.map(
        (flow, i): Item => ({
          kind: "flow",
          key: `${table.table} ${i} ${flow.priority} ${flow.match}`,
          table: table.table,
          flow,
        }),
      ),
    ];
  });
}

function TableHead({ item: { table, shown } }: { item: Extract<Item, { kind: "table" }> }) {
  return (
    <h3 className="flex h-[34px] items-center gap-2 border-b border-line bg-sunken px-4 text-xs">
      <span className="font-mono font-semibold">table {table.table}</span>{" "}
      {table.name ? <span className="font-mono text-muted">{table.name}</span> : null}{" "}
      <span className="ml-auto text-muted">{shown === 1 ? "1 flow" : `${shown.toLocaleString("en")} flows`}</span>
    </h3>
  );
}
