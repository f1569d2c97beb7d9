/** What a trace can start from or go to in a cloud. Runs on the server: it reads the collected cloud. */
import type { TraceEnd } from "../api/http.ts";
import type { NeutronPort } from "../api/neutron.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { type End, EndError, resolveEnd } from "../explain/end.ts";
import { hostSummary } from "../hostgraph/summary.ts";

interface Candidate {
  kind: TraceEnd["kind"];
  label: string;
  detail: string;
  /** Texts that name it, the most readable first; the first that names it alone is taken. */
  names: string[];
}

/** Ends by kind, in the order of their names. An end that no text names alone is left out. */
export function endsOf(cloud: CollectedCloud): TraceEnd[] {
  const networks = new Map(cloud.api.networks.map((network) => [network.id, network.name || network.id.slice(0, 8)]));
  const found = [...instances(cloud, networks), ...floatingIps(cloud), ...otherPorts(cloud, networks), ...hosts(cloud)];
  return found.flatMap((candidate) => {
    const end = settle(cloud, candidate);
    return end ? [end] : [];
  });
}

function settle(cloud: CollectedCloud, candidate: Candidate): TraceEnd | undefined {
  const { kind, label, detail } = candidate;
  const value = candidate.names.find((name) => resolved(cloud, name, "to"));
  if (value === undefined) return undefined;
  return { value, label, kind, detail, canSend: resolved(cloud, value, "from")?.origin !== undefined };
}

/** The end that a text names; undefined when it names none, or several. */
function resolved(cloud: CollectedCloud, text: string, field: "from" | "to"): End | undefined {
  try {
    return resolveEnd(cloud, text, field);
  } catch (error) {
    if (error instanceof EndError) return undefined;
    throw error;
  }
}

function line(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(" · ");
}

function instances(cloud: CollectedCloud, networks: Map<string, string>): Candidate[] {
  const byServer = new Map<string, typeof cloud.world.guests>();
  for (const guest of cloud.world.guests) {
    const key = guest.serverId ?? guest.portId;
    byServer.set(key, [...(byServer.get(key) ?? []), guest]);
  }
  return [...byServer.values()].flatMap((guests): Candidate[] => {
    const [first] = guests;
    if (!first) return [];
    const addresses = guests.flatMap((guest) => guest.fixedIps.map((ip) => ip.address)).join(" ");
    const nets = [...new Set(guests.map((guest) => networks.get(guest.networkId)))].join(" ");
    const names = [first.name, ...(first.serverId ? [first.serverId] : []), first.portId];
    return [{ kind: "instance", label: first.name, detail: line(addresses, nets, first.host), names }];
  });
}

function floatingIps(cloud: CollectedCloud): Candidate[] {
  return cloud.api.floatingIps.map((ip): Candidate => {
    const guest = cloud.world.guests.find((one) => one.portId === ip.port_id);
    const detail = ip.fixed_ip_address ? line(guest?.name, ip.fixed_ip_address) : "not associated";
    return { kind: "floatingip", label: ip.floating_ip_address, detail, names: [ip.floating_ip_address] };
  });
}

function otherPorts(cloud: CollectedCloud, networks: Map<string, string>): Candidate[] {
  const guests = new Set(cloud.world.guests.map((guest) => guest.portId));
  const routers = new Map(cloud.api.routers.map((router) => [router.id, router.name || router.id.slice(0, 8)]));
  return cloud.api.ports.flatMap((port): Candidate[] => {
    if (guests.has(port.id) || port.device_owner === "network:floatingip") return [];
    const address = port.fixed_ips.map((ip) => ip.ip_address).join(" ");
    const network = networks.get(port.network_id);
    const names = [...port.fixed_ips.map((ip) => ip.ip_address), port.id];
    return [{ ...nameOf(port, routers.get(port.device_id), network), detail: line(address, network), names }];
  });
}

function nameOf(
  port: NeutronPort,
  router: string | undefined,
  network: string | undefined,
): { kind: TraceEnd["kind"]; label: string } {
  if (port.device_owner === "network:dhcp")
    return { kind: "dhcp", label: `DHCP of ${network ?? port.network_id.slice(0, 8)}` };
  if (router !== undefined)
    return { kind: "router", label: `${router} ${roleOf(port.device_owner)} ${network ?? ""}`.trim() };
  return { kind: "port", label: port.name || `port ${port.id.slice(0, 8)}` };
}

function roleOf(owner: string): string {
  switch (owner) {
    case "network:router_gateway":
      return "gateway on";
    case "network:router_centralized_snat":
      return "SNAT on";
    default:
      return "on";
  }
}

function hosts(cloud: CollectedCloud): Candidate[] {
  return cloud.world.hosts.map((host): Candidate => {
    const root = host.namespaces.find((namespace) => namespace.name === "root");
    const addresses =
      root?.addresses.filter((one) => one.family === 4 && one.scope === "global").map((one) => one.address) ?? [];
    const isOutside = hostSummary(cloud, host).roles.includes("outside");
    return {
      kind: "host",
      label: host.name,
      detail: line(addresses.slice(0, 3).join(" "), isOutside ? "outside" : undefined),
      names: [host.name],
    };
  });
}
