/**
 * What joins hosts to each other. No recording says which NICs share a wire; bridge mappings, tunnel endpoints and common
 * subnets let it be inferred, and each inference carries its reason. A NIC is on one segment: inferences that share a NIC
 * are one segment.
 */
import type { CloudApi } from "../api/neutron.ts";
import type { Gap, HostState } from "../host/state.ts";
import type { Segment, SegmentAttachment } from "../host/world.ts";
import { cidrContains, formatIpv4, formatIpv6, networkOf, parseCidr } from "../net/address.ts";
import { type Claim, mappingsOf, type PhysnetMapping, physnetClaims } from "./physnets.ts";
import { HostWires } from "./wires.ts";

/** `hostOf` says which host of the bundle a name of the control plane means. */
export function inferSegments(
  hosts: readonly HostState[],
  api: CloudApi,
  hostOf: (name: string) => string | undefined = (name) => name,
): { segments: Segment[]; gaps: Gap[] } {
  const wires = hosts.map((host) => new HostWires(host));
  const gaps: Gap[] = [];
  const tunnels = new Map(hosts.map((host) => [host.name, tunnelAddresses(host)]));
  const mappings = mappingsOf(hosts, api, hostOf);
  const physnets = physnetClaims(wires, mappings, gaps);
  const claims = [...subnetClaims(wires, tunnels), ...physnets];
  claims.push(...externalClaims(wires, api, mappings, physnets));
  gaps.push(...unownedEndpoints(hosts));
  return { segments: unite(claims), gaps };
}

/** Addresses that a host's tunnels start from. */
function tunnelAddresses(host: HostState): Set<string> {
  const out = new Set<string>();
  for (const bridge of host.ovs?.bridges ?? []) {
    for (const port of bridge.ports) {
      for (const iface of port.interfaces) {
        const local = iface.options.local_ip;
        if (local !== undefined && local !== "flow") out.add(local);
      }
    }
  }
  for (const file of Object.values(host.config)) {
    for (const section of ["ovs", "vxlan"]) {
      const local = file[section]?.local_ip;
      if (local !== undefined && local !== "") out.add(local);
    }
  }
  for (const namespace of host.namespaces) {
    for (const link of namespace.links) if (link.tunnel?.local !== undefined) out.add(link.tunnel.local);
  }
  return out;
}

interface Holder {
  wires: HostWires;
  dev: string;
  address: string;
  tunnel: boolean;
}

/** Hosts with an address in the same subnet, on devices that lead to a NIC. */
function subnetClaims(all: readonly HostWires[], tunnels: ReadonlyMap<string, ReadonlySet<string>>): Claim[] {
  const groups = new Map<string, Holder[]>();
  for (const wires of all) {
    const root = wires.host.namespaces.find((ns) => ns.name === "root");
    for (const address of root?.addresses ?? []) {
      if (address.scope !== "global") continue;
      const subnet = networkText(address.address, address.prefix);
      if (subnet === undefined) continue;
      const group = groups.get(subnet) ?? [];
      group.push({
        wires,
        dev: address.dev,
        address: address.address,
        tunnel: tunnels.get(wires.host.name)?.has(address.address) ?? false,
      });
      groups.set(subnet, group);
    }
  }
  const out: Claim[] = [];
  const underlays = [...groups.values()].filter((group) => group.some((holder) => holder.tunnel)).length;
  for (const [subnet, group] of groups) {
    const attachments = attach(group);
    const tunnel = group.some((holder) => holder.tunnel);
    const count = new Set(attachments.map((a) => a.host)).size;
    if (count === 0 || (count === 1 && !tunnel)) continue;
    const who = group.map((holder) => `${holder.wires.host.name} ${holder.dev} ${holder.address}`).join(", ");
    out.push({
      name: tunnel ? (underlays > 1 ? `underlay ${subnet}` : "underlay") : subnet,
      reason: tunnel ? `tunnel endpoints in ${subnet}: ${who}` : `addresses in ${subnet}: ${who}`,
      attachments,
    });
  }
  return out;
}

/**
 * The NICs below the holders. Hosts may reach one VLAN by a tagged device or by an access port: a tag that is the only one
 * is taken for the VLAN's. When tags differ, a switch must translate them, and the devices above the tags are joined.
 */
function attach(group: readonly Holder[]): SegmentAttachment[] {
  const found = group.flatMap(({ wires, dev }) =>
    wires.below(dev).map((wire) => ({ host: wires.host.name, dev, wire })),
  );
  const stacks = new Set(found.flatMap(({ wire }) => (wire.vlans.length > 0 ? [wire.vlans.join(" ")] : [])));
  const vlan = stacks.size === 1 ? Number([...stacks][0]) : undefined;
  const out = new Map<string, SegmentAttachment>();
  for (const { host, dev, wire } of found) {
    const apart = wire.vlans.length > 0 && (vlan === undefined || Number.isNaN(vlan));
    const at: SegmentAttachment = { host, netns: "root", dev: apart ? dev : wire.dev };
    if (vlan !== undefined && !Number.isNaN(vlan) && wire.vlans.length === 0) at.accessVlan = vlan;
    out.set(`${host}/${at.dev}`, at);
  }
  return [...out.values()];
}

/**
 * Hosts without an agent (routers and machines outside the cloud) whose address is in a subnet of a flat or VLAN network
 * of a physical network: they are taken to be on its wire.
 */
function externalClaims(
  all: readonly HostWires[],
  api: CloudApi,
  mappings: ReadonlyMap<string, readonly PhysnetMapping[]>,
  physnets: readonly Claim[],
): Claim[] {
  const out: Claim[] = [];
  const networks = new Map(api.networks.map((network) => [network.id, network]));
  for (const wires of all) {
    const { host } = wires;
    if (host.ovs !== undefined || (mappings.get(host.name)?.length ?? 0) > 0) continue;
    const root = host.namespaces.find((ns) => ns.name === "root");
    for (const address of root?.addresses ?? []) {
      if (address.scope !== "global") continue;
      for (const subnet of api.subnets) {
        const network = networks.get(subnet.network_id);
        const physnet = network?.["provider:physical_network"];
        const claim = physnets.find((c) => c.name === physnet);
        if (!network || !claim || !cidrContains(subnet.cidr, address.address)) continue;
        const vlan =
          network["provider:network_type"] === "vlan" ? (network["provider:segmentation_id"] ?? undefined) : undefined;
        const found = wires.below(address.dev);
        const attachments = found.map((wire): SegmentAttachment => {
          const at = { host: host.name, netns: "root", dev: wire.dev };
          return vlan !== undefined && !wire.vlans.includes(vlan) ? { ...at, accessVlan: vlan } : at;
        });
        if (attachments.length === 0) continue;
        out.push({
          name: claim.name,
          reason: `${host.name} ${address.dev} ${address.address} is in ${subnet.cidr} of network ${network.name || network.id}, on physical network ${physnet}`,
          // The shared attachment is what makes this claim and the physical network's one segment.
          attachments: [...claim.attachments.slice(0, 1), ...attachments],
        });
      }
    }
  }
  return out;
}

/** Tunnel ports that lead to an address which no host of the bundle has. */
function unownedEndpoints(hosts: readonly HostState[]): Gap[] {
  const owned = new Set(hosts.flatMap((host) => host.namespaces.flatMap((ns) => ns.addresses.map((a) => a.address))));
  const out: Gap[] = [];
  for (const host of hosts) {
    for (const bridge of host.ovs?.bridges ?? []) {
      for (const port of bridge.ports) {
        for (const iface of port.interfaces) {
          const remote = iface.options.remote_ip;
          if (remote === undefined || remote === "flow" || owned.has(remote)) continue;
          const file = `${host.name}/ovs/ovs-vsctl-list-Interface.json`;
          out.push({
            host: host.name,
            file,
            text: `${bridge.name} ${iface.name} remote_ip=${remote}`,
            reason: `no host of the bundle has the tunnel endpoint ${remote}`,
          });
        }
      }
    }
  }
  return out;
}

function networkText(address: string, prefix: number): string | undefined {
  const cidr = parseCidr(`${address}/${prefix}`);
  // A host route is no subnet that anything else could be in.
  if (!cidr || prefix === (cidr.family === 4 ? 32 : 128)) return undefined;
  const network = networkOf(cidr);
  return `${network.family === 4 ? formatIpv4(network.base) : formatIpv6(network.base)}/${prefix}`;
}

/** Claims that share a NIC are one segment, whose name and reason are all of theirs. */
function unite(claims: readonly Claim[]): Segment[] {
  const groups: { names: string[]; reasons: string[]; attachments: Map<string, SegmentAttachment> }[] = [];
  for (const claim of claims) {
    const keyed = new Map(claim.attachments.map((a) => [`${a.host}\n${a.netns}\n${a.dev}`, a]));
    const touched = groups.filter((group) => [...keyed.keys()].some((key) => group.attachments.has(key)));
    const into = touched[0] ?? { names: [], reasons: [], attachments: new Map<string, SegmentAttachment>() };
    if (touched.length === 0) groups.push(into);
    for (const other of touched.slice(1)) {
      groups.splice(groups.indexOf(other), 1);
      into.names.push(...other.names);
      into.reasons.push(...other.reasons);
      for (const [key, at] of other.attachments) if (!into.attachments.has(key)) into.attachments.set(key, at);
    }
    if (!into.names.includes(claim.name)) into.names.push(claim.name);
    into.reasons.push(claim.reason);
    for (const [key, at] of keyed) if (!into.attachments.has(key)) into.attachments.set(key, at);
  }
  return groups.map((group) => ({
    name: group.names.join(" + "),
    attachments: [...group.attachments.values()],
    assumed: true,
    reason: group.reasons.join("; "),
  }));
}
