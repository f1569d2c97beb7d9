"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Bot, Pause, Play } from "lucide-react";
import Link from "next/link";
import { useCallback, useState } from "react";
import type { AgentState } from "../../lib/api/operate.ts";
import { pages } from "../../lib/api/pages.ts";
import { asFailure } from "../../lib/client/error.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { lineMatches, parseFilter } from "../../lib/client/filter.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { EMBEDDED_CLOUD, untold } from "../../lib/client/live.ts";
import { useUrlState } from "../../lib/client/use-url-state.ts";
import { Ago } from "../check/ago.tsx";
import { PageHead } from "../frame/page-head.tsx";
import { FilterBox } from "../hosts/panel/filter-box.tsx";
import { Status } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../ui/state.tsx";
import { Table, Td, Th, Tr } from "../ui/table.tsx";
import { When } from "../ui/when.tsx";

/** Neutron's agents, of whom a host's devices are the work; on the embedded cloud they are stopped and started here. */
export function AgentsView({ cloud }: { cloud: string }) {
  const own = cloud === EMBEDDED_CLOUD;
  const client = useQueryClient();
  const { params, set } = useUrlState();
  const [said, setSaid] = useState("");
  const agents = useQuery({
    queryKey: keys.agents(cloud),
    queryFn: ({ signal }) => fetchJson<AgentState[]>(urls.agents(cloud), { signal }),
    refetchInterval: ({ state }) => nextDeath(state.data) ?? untold(cloud),
  });
  const control = useMutation({
    mutationFn: ({ id, run }: { id: string; run: boolean }) =>
      fetchJson<AgentState[]>(urls.agents(cloud), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ id, run }),
      }),
    onSuccess: (list, { id, run }) => {
      client.setQueryData(keys.agents(cloud), list);
      const agent = list.find((one) => one.id === id);
      if (agent) setSaid(`${agent.type} of ${agent.host} ${run ? "started" : "stopped"}.`);
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.cloud(cloud) }),
  });
  const filter = params.get("q") ?? "";
  const onFilter = useCallback((q: string) => set({ q: q === "" ? null : q }, "replace"), [set]);
  const list = agents.data ?? [];
  const shown = matching(list, filter);
  return (
    <div className="flex min-h-full flex-col">
      <PageHead title="Agents" summary={agents.data ? countText(list) : undefined} />
      <p role="status" className="sr-only">
        {said}
      </p>
      <div className="flex flex-col gap-3 px-6 pb-8">
        {agents.isPending ? (
          <SkeletonRows rows={8} label="Loading the agents" />
        ) : agents.isError && !agents.data ? (
          <ErrorState title="The agents did not load" error={agents.error} onRetry={() => void agents.refetch()} />
        ) : list.length === 0 ? (
          <EmptyState icon={<Bot aria-hidden />} title="No agent is known">
            The control plane’s answers name none: what hosts should be cannot be told.
          </EmptyState>
        ) : (
          <>
            <FilterBox
              label="Filter the agents"
              placeholder="compute1  DHCP  -alive"
              value={filter}
              onChange={onFilter}
              count={shown.length === list.length ? `${list.length} agents` : `${shown.length} of ${list.length}`}
            />
            {control.isError ? (
              <p role="alert" className="text-sm text-danger">
                {asFailure(control.error).message}
              </p>
            ) : null}
            {shown.length === 0 ? (
              <EmptyState
                title="No agent has all of this"
                action={<Button onClick={() => onFilter("")}>Show all</Button>}
              />
            ) : (
              <AgentsTable
                cloud={cloud}
                agents={shown}
                {...(own
                  ? { onRun: (id: string, run: boolean) => control.mutate({ id, run }), busy: control.isPending }
                  : {})}
              />
            )}
            <p className="max-w-3xl text-xs text-muted">
              {own
                ? "A stopped agent changes nothing on its host and sends no heartbeats: what the API is told meanwhile is not built, new ports stay down, and after 75 seconds Neutron counts it as dead and schedules around it. What it has built stays and carries packets. Started again, it catches up with everything it missed, and sets right what it finds changed by hand."
                : "As Neutron answered when the cloud was recorded."}
            </p>
          </>
        )}
      </div>
    </div>
  );
}

interface TableProps {
  cloud: string;
  agents: readonly AgentState[];
  /** Absent where agents cannot be stopped. */
  onRun?: (id: string, run: boolean) => void;
  busy?: boolean;
}

function AgentsTable({ cloud, agents, onRun, busy }: TableProps) {
  return (
    <Table label="Agents">
      <thead>
        <tr>
          <Th>Agent</Th>
          <Th>Host</Th>
          <Th>State</Th>
          <Th>Admin state</Th>
          <Th>Last heartbeat</Th>
          <Th>Binary</Th>
          <Th>Says of itself</Th>
          {onRun ? <Th className="text-right">Run</Th> : null}
        </tr>
      </thead>
      <tbody>
        {agents.map((one) => (
          <Tr key={one.id}>
            <Td className="font-medium whitespace-nowrap">{one.type}</Td>
            <Td>
              <Link href={pages.host(cloud, one.host)} className="text-accent hover:underline">
                {one.host}
              </Link>
            </Td>
            <Td>
              <AgentStatus agent={one} />
            </Td>
            <Td className="text-muted">{one.adminUp ? "up" : "down"}</Td>
            <Td className="text-muted">
              {one.heartbeat === undefined ? (
                <span className="text-faint">never</span>
              ) : onRun ? (
                <Ago key={one.heartbeat} at={one.heartbeat} />
              ) : (
                <When iso={one.heartbeat} />
              )}
            </Td>
            <Td className="font-mono text-xs whitespace-nowrap text-muted">{one.binary}</Td>
            <Td className="min-w-64 py-1.5 text-xs text-muted">{one.about || <span className="text-faint">–</span>}</Td>
            {onRun ? (
              <Td className="text-right">
                <Button
                  size="sm"
                  disabled={busy}
                  className="w-20"
                  aria-label={`${one.stopped ? "Start" : "Stop"} ${one.type} of ${one.host}`}
                  onClick={() => onRun(one.id, one.stopped === true)}
                >
                  {one.stopped ? <Play aria-hidden /> : <Pause aria-hidden />}
                  {one.stopped ? "Start" : "Stop"}
                </Button>
              </Td>
            ) : null}
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

function AgentStatus({ agent }: { agent: AgentState }) {
  if (agent.stopped)
    return <Status status={agent.alive ? "stopped, still counted as alive" : "stopped, not alive"} tone="danger" />;
  return <Status status={agent.alive ? "alive" : "not alive"} tone={agent.alive ? "ok" : "danger"} />;
}

/** In ms: that a stopped agent counts as dead is no event. */
function nextDeath(agents: readonly AgentState[] = []): number | undefined {
  return agents.flatMap((one) => one.diesInMs ?? []).toSorted((a, b) => a - b)[0];
}

function matching(agents: readonly AgentState[], filter: string): AgentState[] {
  const terms = parseFilter(filter);
  return agents.filter((one) => {
    const state = one.stopped ? "stopped" : one.alive ? "alive" : "dead";
    return lineMatches(terms, [one.type, one.binary, one.host, one.id, state, one.about].join(" "));
  });
}

function countText(agents: readonly AgentState[]): string {
  const hosts = new Set(agents.map((one) => one.host)).size;
  const stopped = agents.filter((one) => one.stopped).length;
  const dead = agents.filter((one) => !one.alive && !one.stopped).length;
  return [
    `${agents.length} ${agents.length === 1 ? "agent" : "agents"} on ${hosts} ${hosts === 1 ? "host" : "hosts"}`,
    stopped > 0 ? `${stopped} stopped` : "",
    dead > 0 ? `${dead} not alive` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
