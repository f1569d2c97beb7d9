"use client";
import { useQuery } from "@tanstack/react-query";
import { Server, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useCallback } from "react";
import type { CheckedHost, HostSummary } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { untold } from "../../lib/client/live.ts";
import { useUrlState } from "../../lib/client/use-url-state.ts";
import { useCheck } from "../check/use-check.ts";
import { Badge, Status } from "../ui/badge.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../ui/state.tsx";
import { Table, Td, Th, Tr } from "../ui/table.tsx";
import { useMore } from "../ui/use-more.ts";
import { When } from "../ui/when.tsx";
import { FlowResults, useFlowSearch } from "./flow-search.tsx";
import { FilterBox } from "./panel/filter-box.tsx";

export function HostList({ cloud, initial }: { cloud: string; initial?: HostSummary[] }) {
  const hosts = useQuery({
    queryKey: keys.hosts(cloud),
    queryFn: ({ signal }) => fetchJson<HostSummary[]>(urls.hosts(cloud), { signal }),
    ...(initial ? { initialData: initial } : {}),
    refetchInterval: untold(cloud),
  });
  const { params, set } = useUrlState();
  const q = params.get("flow") ?? "";
  const onSearch = useCallback((flow: string) => set({ flow: flow === "" ? null : flow }, "replace"), [set]);
  const flows = useFlowSearch(cloud, q.trim()).data;
  return (
    <div className="flex min-h-full flex-col gap-4 p-6 has-[[aria-label='Flows_of_all_hosts']]:h-full">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="text-lg font-semibold tracking-tight">Hosts</h1>
        {hosts.data ? <p className="text-sm text-muted">{countText(hosts.data)}</p> : null}
        {hosts.data?.some((host) => host.flows > 0) ? (
          <div className="ml-auto w-full sm:w-[26rem]">
            <FilterBox
              label="Search the flows of all hosts"
              placeholder="flows: table=60  dl_vlan=1  cirros-vm1"
              value={q}
              onChange={onSearch}
              count={q.trim() !== "" && flows ? `${flows.total.toLocaleString("en")} flows` : ""}
            />
          </div>
        ) : null}
      </header>
      {hosts.isPending ? (
        <SkeletonRows rows={5} label="Loading the hosts" />
      ) : hosts.isError ? (
        <ErrorState title="The hosts did not load" error={hosts.error} onRetry={() => void hosts.refetch()} />
      ) : hosts.data.length === 0 ? (
        <EmptyState
          icon={<Server />}
          title="No host was recorded"
          action={<ButtonLink href={pages.clouds()}>Open another bundle</ButtonLink>}
        >
          A bundle holds one directory a host. This one has the APIs’ answers alone.
        </EmptyState>
      ) : q.trim() !== "" ? (
        <FlowResults cloud={cloud} q={q.trim()} />
      ) : (
        <HostsTable cloud={cloud} hosts={hosts.data} />
      )}
    </div>
  );
}

function countText(hosts: HostSummary[]): string {
  const guests = hosts.reduce((sum, host) => sum + host.guests, 0);
  const gaps = hosts.filter((host) => host.gaps > 0).length;
  const parts = [
    `${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}`,
    `${guests} ${guests === 1 ? "guest" : "guests"}`,
    `${hosts.reduce((sum, host) => sum + host.flows, 0).toLocaleString("en")} flows`,
  ];
  if (gaps > 0) parts.push(`${gaps} partly recorded`);
  return parts.join(" · ");
}

function HostsTable({ cloud, hosts }: { cloud: string; hosts: HostSummary[] }) {
  const check = useCheck(cloud);
  const shown = useMore(hosts);
  const checked = new Map(check.data?.hosts.map((one) => [one.name, one]));
  return (
    <Table label="Hosts">
      <thead>
        <tr>
          <Th>Host</Th>
          <Th>Roles</Th>
          <Th>Agents</Th>
          <Th>Drift</Th>
          <Th>Tunnel address</Th>
          <Th className="text-right">Guests</Th>
          <Th className="text-right">Links</Th>
          <Th className="text-right">Bridges</Th>
          <Th className="text-right">Namespaces</Th>
          <Th className="text-right">Flows</Th>
          <Th>Recorded</Th>
          <Th>Gaps</Th>
        </tr>
      </thead>
      <tbody>
        {shown.map((host) => (
          <Tr key={host.name} className="relative">
            <Td className="h-11">
              {/* The link covers the row: one target, and the row's other cells stay text. */}
              <Link href={pages.host(cloud, host.name)} className="font-medium after:absolute after:inset-0">
                {host.name}
              </Link>
            </Td>
            <Td>
              <span className="flex gap-1">
                {host.roles.map((role) => (
                  <Badge key={role}>{role}</Badge>
                ))}
              </span>
            </Td>
            <Td>
              <Agents host={host} />
            </Td>
            <Td>
              <Drift cloud={cloud} host={checked.get(host.name)} name={host.name} state={check.status} />
            </Td>
            <Td className="font-mono text-xs">{host.tunnelAddress ?? <None />}</Td>
            <Count value={host.guests} />
            <Count value={host.links} />
            <Count value={host.bridges} />
            <Count value={host.namespaces} />
            <Count value={host.flows} />
            <Td className="text-muted">{host.takenAt ? <When iso={host.takenAt} /> : <None />}</Td>
            <Td>
              {host.gaps > 0 ? (
                <Badge tone="warn">
                  <TriangleAlert aria-hidden className="size-3" /> {host.gaps.toLocaleString("en")}
                </Badge>
              ) : (
                <span className="text-muted">none</span>
              )}
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

/** How far the host is from what Neutron wants; the link is above the row's own. */
function Drift(props: {
  cloud: string;
  name: string;
  host: CheckedHost | undefined;
  state: "pending" | "error" | "success";
}) {
  const { cloud, name, host, state } = props;
  if (!host)
    return (
      <span className="text-faint">{state === "pending" ? "checking…" : state === "error" ? "check failed" : "–"}</span>
    );
  if (!host.checked)
    return (
      <span className="whitespace-nowrap text-muted" title={host.notChecked.join("\n")}>
        not checked
      </span>
    );
  const count = host.differences.length;
  if (count === 0) return <span className="text-muted">none</span>;
  return (
    <Link href={pages.check(cloud, name)} className="relative z-10 hover:underline">
      <Badge tone="warn">
        {count.toLocaleString("en")} {count === 1 ? "difference" : "differences"}
      </Badge>
    </Link>
  );
}

const None = () => <span className="text-faint">–</span>;

function Count({ value }: { value: number }) {
  return <Td className={`text-right tabular-nums ${value === 0 ? "text-faint" : ""}`}>{value.toLocaleString("en")}</Td>;
}

function Agents({ host }: { host: HostSummary }) {
  if (host.agents.length === 0) return <span className="text-muted">no agent</span>;
  const dead = host.agents.filter((agent) => !agent.alive);
  const title = host.agents.map((agent) => `${agent.type}: ${agent.alive ? "alive" : "not alive"}`).join("\n");
  return (
    <span title={title}>
      {dead.length === 0 ? (
        <Status status={`${host.agents.length} alive`} tone="ok" />
      ) : (
        <Status status={`${dead.length} of ${host.agents.length} not alive`} tone="danger" />
      )}
    </span>
  );
}
