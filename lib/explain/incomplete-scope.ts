/** Where the thing could have been that a verdict says is missing: hosts, namespaces, and the objects that name them. */
import type { NeutronPort } from "../api/neutron.ts";
import type { VerdictEvent } from "../datapath/event.ts";
import type { HostState } from "../host/state.ts";
import { portOfDevice } from "./catalog.ts";
import type { Case } from "./intent.ts";

export interface Scope {
  /** Hosts of the bundle. */
  hosts: HostState[];
  /** Hosts that the control plane names, and the bundle does not have. */
  missing: string[];
  /** Whether a namespace of theirs has to do with it. */
  concerns(netns: string): boolean;
}

/**
 * The hosts of whoever the last question was about, of the sender, and of the place itself. An address that no port of the
 * cloud has may be that of any host which no agent reports from.
 */
export function scopeOf(c: Case, v: VerdictEvent): Scope {
  const ports = portsConcerned(c, v);
  const names = new Set(
    [v.host, c.last?.host, c.from.guest?.host, c.to?.guest?.host, ...ports.map((p) => p["binding:host_id"])].filter(
      (name) => name !== undefined && name !== "",
    ) as string[],
  );
  const hosts = new Set<HostState>();
  const missing: string[] = [];
  for (const name of names) {
    const host = hostCalled(c, name);
    if (host) hosts.add(host);
    else missing.push(name);
  }
  if (!foundInCloud(c)) for (const host of withoutAgent(c)) hosts.add(host);
  const ids = new Set<string | undefined>(ports.map(namespaceId));
  const near = new Set(["root", v.netns, c.last?.netns]);
  return {
    hosts: [...hosts],
    missing,
    concerns: (netns) => near.has(netns) || ids.has(/^(?:qrouter|snat|fip|qdhcp)-(.+)$/.exec(netns)?.[1]),
  };
}

/** What the namespace of a port's agent is named after; nothing of the cloud where it has none. */
function namespaceId(port: NeutronPort): string {
  const { device_owner: owner } = port;
  if (owner === "network:dhcp" || owner === "network:floatingip_agent_gateway") return port.network_id;
  return port.device_id;
}

/** Ports whose devices a packet would have met. */
function portsConcerned(c: Case, v: VerdictEvent): NeutronPort[] {
  const { catalog: k } = c;
  const asked = v.element?.type === "neighbour" ? v.element.text.split(" ")[0] : undefined;
  const seen = c.last?.packet;
  const found = new Set<NeutronPort>();
  const add = (port: NeutronPort | undefined) => port && found.add(port);
  const dropped = /arp_tpa=([\d.]+)/.exec(v.element?.text ?? "")?.[1];
  const told = v.resource?.type === "floatingip" ? v.resource.name : undefined;
  for (const address of [c.probe.to, asked, seen?.arp_tpa, dropped, told]) {
    if (address === undefined) continue;
    for (const port of k.portsByAddress.get(address) ?? []) add(port);
    const floating = k.floatingByAddress.get(address);
    if (!floating) continue;
    add(k.ports.get(floating.port_id ?? ""));
    for (const port of k.api.ports)
      if (
        port.device_id === floating.router_id ||
        (port.device_owner === "network:floatingip_agent_gateway" && port.network_id === floating.floating_network_id)
      )
        add(port);
  }
  for (const mac of [seen?.eth_dst, seen?.vxlan?.eth_dst]) add(k.portByMac.get(mac ?? ""));
  add(portOfDevice(k, v.device));
  if (c.probe.proto === "dhcp")
    for (const port of k.api.ports)
      if (port.device_owner === "network:dhcp" && port.network_id === c.from.port?.network_id) add(port);
  // A router is all of its ports, wherever they are.
  const routers = new Set(
    [...found].flatMap((p) => (p.device_owner.startsWith("network:router") ? [p.device_id] : [])),
  );
  for (const port of k.api.ports) if (routers.has(port.device_id)) add(port);
  return [...found];
}

function foundInCloud(c: Case): boolean {
  const { to, proto } = c.probe;
  if (proto === "dhcp") return true;
  return to === undefined || c.catalog.portsByAddress.has(to) || c.catalog.floatingByAddress.has(to);
}

/** Machines outside the cloud, as far as the control plane knows; every host where it tells of no agents. */
function withoutAgent(c: Case): HostState[] {
  const agents = new Set(c.catalog.api.agents.flatMap((a) => hostCalled(c, a.host) ?? []));
  return c.cloud.world.hosts.filter((host) => !agents.has(host));
}

function hostCalled(c: Case, name: string): HostState | undefined {
  const exact = c.hosts.get(name);
  if (exact) return exact;
  const short = (text: string | undefined) => text?.split(".")[0];
  return c.cloud.world.hosts.find((host) =>
    [host.name, host.ovs?.externalIds.hostname, ...Object.values(host.config).map((f) => f.DEFAULT?.host)].some(
      (alias) => alias !== undefined && short(alias) === short(name),
    ),
  );
}
