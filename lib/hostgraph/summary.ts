/** A host in one line of the list. */
import type { HostSummary } from "../api/http.ts";
import type { CloudApi } from "../api/neutron.ts";
import type { Gap, HostState } from "../host/state.ts";
import type { World } from "../host/world.ts";
import { tunnelAddressOf } from "./names.ts";

/** What the pictures and panels are made of: the part of a collected cloud that they read. */
export interface Cloud {
  world: World;
  api: CloudApi;
  gaps: Gap[];
}

/** All hosts, by name. */
export function hostSummaries(cloud: Cloud): HostSummary[] {
  return cloud.world.hosts
    .map((host) => hostSummary(cloud, host))
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}

export function hostSummary(cloud: Cloud, host: HostState): HostSummary {
  const agents = cloud.api.agents.filter((agent) => agent.host === host.name);
  const bridges = host.ovs?.bridges ?? [];
  const guests = cloud.world.guests.filter((guest) => guest.host === host.name).length;
  const summary: HostSummary = {
    name: host.name,
    roles: rolesOf(
      host,
      agents.map((agent) => agent.binary),
      guests,
    ),
    agents: agents.map((agent) => ({ type: agent.agent_type, alive: agent.alive })),
    links: host.namespaces.reduce((sum, ns) => sum + ns.links.length, 0),
    namespaces: host.namespaces.length,
    bridges:
      bridges.length + host.namespaces.reduce((n, ns) => n + ns.links.filter((l) => l.kind === "bridge").length, 0),
    flows: bridges.reduce((sum, bridge) => sum + bridge.flows.length, 0),
    guests,
    gaps: cloud.gaps.filter((gap) => gap.host === host.name).length,
  };
  if (host.takenAt) summary.takenAt = host.takenAt;
  const tunnel = tunnelAddressOf(host, cloud.api);
  if (tunnel) summary.tunnelAddress = tunnel;
  return summary;
}

/** Agents say what a host is for; namespaces and guests where no agent was listed. Neither: a machine outside the cloud. */
function rolesOf(host: HostState, binaries: string[], guests: number): string[] {
  const roles: string[] = [];
  const has = (prefix: string) => host.namespaces.some((ns) => ns.name.startsWith(prefix));
  const dvrOnly = has("qrouter-") && has("fip-") && !has("snat-");
  if (binaries.includes("neutron-dhcp-agent") || has("qdhcp-") || has("snat-") || (has("qrouter-") && !dvrOnly)) {
    roles.push("network");
  }
  const switching = binaries.some((b) => /openvswitch|linuxbridge|ovn-controller/.test(b)) || host.ovs !== undefined;
  if (guests > 0 || (switching && !roles.includes("network"))) roles.push("compute");
  if (roles.length === 0) roles.push(binaries.length > 0 ? "control" : "outside");
  return roles;
}
