/** What differs because an agent does not run: it sees to it once it is started. */
import { AGENTS } from "../agents/agents.ts";
import type { AgentKind, HostView } from "../agents/view.ts";
import type { CloudApi } from "../api/neutron.ts";
import type { HostState } from "../host/state.ts";
import { compareHosts, type Difference } from "../intent/compare.ts";
import { planned } from "../intent/recorded.ts";
import { unboundOn, unservedOn } from "../intent/schedules.ts";
import { AGENT_KINDS } from "../intent/settings.ts";

/** Of a host: the agents that are not heard of, by what they are to Underlay. */
export function silentAgents(api: CloudApi, host: string): ReadonlyMap<AgentKind, string> {
  const silent = api.agents.filter((one) => one.host === host && !one.alive);
  return new Map(
    silent.flatMap(({ agent_type }) => {
      const kind = AGENT_KINDS[agent_type];
      return kind ? [[kind, agent_type] as const] : [];
    }),
  );
}

/**
 * Which of the silent agents a difference waits for: it stays when all others look at the host anew, and goes when this one does, too.
 * @returns types of agents
 */
export function waitsOf<T extends Difference>(
  view: HostView,
  host: HostState,
  made: HostState,
  differences: readonly T[],
  silent: ReadonlyMap<AgentKind, string>,
): ReadonlyMap<T, string[]> {
  const waits = new Map<T, string[]>();
  if (silent.size === 0 || differences.length === 0) return waits;
  const left = (without: AgentKind | undefined) => {
    const running = AGENTS.filter((one) => one.kind !== without);
    return new Set(compareHosts(planned(view, host, running), made, { numbers: "named" }).map(nameOf));
  };
  const all = left(undefined);
  for (const [kind, type] of silent) {
    const others = left(kind);
    for (const one of differences) {
      const name = nameOf(one);
      if (others.has(name) && !all.has(name)) waits.set(one, [...(waits.get(one) ?? []), type]);
    }
  }
  return waits;
}

function nameOf({ kind, part, place, name }: Difference): string {
  return JSON.stringify([kind, part, place, name]);
}

type Awaited = Difference & { readonly waitsFor: string[] };

function awaited(agent: string, of: Pick<Difference, "part" | "place" | "name" | "resource">): Awaited {
  return { kind: "missing", ...of, waitsFor: [agent] };
}

/** What the ports that Neutron has on a host do not show, because its agent asks for them. Only the agent can mend that. */
export function awaitedOf(api: CloudApi, view: HostView): Awaited[] {
  const { name } = view.settings;
  return [
    ...unservedOn(api, name).map(({ networkId, whole, cidrs }) => {
      const netns = `qdhcp-${networkId}`;
      const resource = { type: "network", id: networkId } as const;
      const what = whole
        ? ({ part: "namespace", name: netns } as const)
        : { part: "address" as const, name: `of ${cidrs}` };
      return awaited("DHCP agent", { ...what, place: { netns }, resource });
    }),
    ...unboundOn(api, name).map(({ portId, netns, device }) => {
      const resource = { type: "port", id: portId } as const;
      return awaited("L3 agent", { part: "link", place: { netns, device }, name: device, resource });
    }),
    ...lackingGateways(api, view).map((id) => {
      const netns = `fip-${id}`;
      return awaited("L3 agent", {
        part: "namespace",
        place: { netns },
        name: netns,
        resource: { type: "network", id },
      });
    }),
  ];
}

/** External networks that a silent agent in DVR mode has to have a port on. neutron/db/l3_dvr_db.py */
function lackingGateways(api: CloudApi, { settings, routers }: HostView): string[] {
  const { name, l3Mode } = settings;
  if ((l3Mode !== "dvr" && l3Mode !== "dvr_snat") || !silentAgents(api, name).has("l3")) return [];
  const lacking = routers.filter((one) => one.distributed && one.adminUp && !one.agentGateway);
  return [...new Set(lacking.flatMap((one) => one.gateway?.networkId ?? []))];
}

/** Of a recording that does not say which agents were given what. */
export function unscheduled({ schedules }: CloudApi, { settings }: HostView): string[] {
  const asks = settings.agents.includes("dhcp") || settings.agents.includes("l3");
  return asks && !schedules
    ? ["which networks and routers Neutron gave to its agents: the recording does not say"]
    : [];
}
