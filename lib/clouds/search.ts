/** Finds any object of a cloud by a part of its name, the start of its id, a MAC, an address or a device name. Pure. */
import type { SearchHit, Topology } from "../api/http.ts";
import { pages } from "../api/pages.ts";
import type { World } from "../host/world.ts";

const MOST = 30;

interface Entry extends SearchHit {
  /** What is matched, best first: names, then addresses, MACs, ids. */
  words: string[];
}

/** At most 30 hits: exact matches, then those that start with `q`, then those that hold it. */
export function search(cloud: string, q: string, topology: Topology, world: World): SearchHit[] {
  const needle = q.trim().toLowerCase();
  if (needle === "") return [];
  const hits: { rank: number; hit: SearchHit }[] = [];
  for (const { words, ...hit } of entries(cloud, topology, world)) {
    const rank = Math.min(...words.map((word) => score(word.toLowerCase(), needle)));
    if (rank < NO_MATCH) hits.push({ rank, hit });
  }
  // The sort is stable: within a rank the order of `entries` holds.
  return hits
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ hit }) => hit);
}

const NO_MATCH = 3;

function score(word: string, needle: string): number {
  if (word === needle) return 0;
  if (word.startsWith(needle)) return 1;
  return word.includes(needle) ? 2 : NO_MATCH;
}

function* entries(cloud: string, topology: Topology, world: World): Generator<Entry> {
  const networkName = new Map(topology.networks.map((network) => [network.id, network.name]));
  for (const one of topology.instances) {
    const addresses = one.ports.flatMap((port) => [...port.addresses, ...port.floatingIps]);
    yield {
      kind: "instance",
      id: one.id,
      label: one.name,
      detail: [...addresses, one.host].filter(Boolean).join(" · "),
      href: pages.topology(cloud, one.id),
      words: [one.name, ...addresses, ...one.ports.flatMap((port) => [port.mac, port.id, port.tap]), one.id],
    };
  }
  for (const one of topology.routers) {
    const addresses = [...(one.gateway?.addresses ?? []), ...one.interfaces.map((iface) => iface.address)];
    yield {
      kind: "router",
      id: one.id,
      label: one.name,
      detail: addresses.join(" · "),
      href: pages.topology(cloud, one.id),
      words: [one.name, ...addresses, one.id, ...one.interfaces.map((iface) => iface.portId)],
    };
  }
  for (const one of topology.networks) {
    yield {
      kind: "network",
      id: one.id,
      label: one.name,
      detail: one.subnets.map((subnet) => subnet.cidr).join(" · "),
      href: pages.topology(cloud, one.id),
      words: [one.name, one.id],
    };
    for (const subnet of one.subnets)
      yield {
        kind: "subnet",
        id: subnet.id,
        label: subnet.name || subnet.cidr,
        detail: `${subnet.cidr} · ${one.name}`,
        href: pages.list(cloud, "networks", one.id),
        words: [subnet.name, subnet.cidr, ...(subnet.gateway ? [subnet.gateway] : []), subnet.id],
      };
  }
  for (const one of topology.floatingIps)
    yield {
      kind: "floatingip",
      id: one.id,
      label: one.address,
      detail: one.fixedIp ? `to ${one.fixedIp}` : "not associated",
      href: pages.list(cloud, "floating-ips", one.id),
      words: [one.address, one.id],
    };
  for (const one of topology.securityGroups)
    yield {
      kind: "security_group",
      id: one.id,
      label: one.name,
      detail: counted(one.rules.length, "rule"),
      href: pages.list(cloud, "security-groups", one.id),
      words: [one.name, one.id],
    };
  for (const host of world.hosts)
    yield {
      kind: "host",
      id: host.name,
      label: host.name,
      detail: counted(host.namespaces.length, "namespace"),
      href: pages.host(cloud, host.name),
      words: [host.name],
    };
  for (const one of topology.otherPorts)
    yield {
      kind: "port",
      id: one.id,
      label: one.name || one.addresses[0] || one.id.slice(0, 11),
      detail: [one.owner, ...one.addresses, networkName.get(one.networkId)].filter(Boolean).join(" · "),
      href: pages.list(cloud, "networks", one.networkId),
      words: [one.name, ...one.addresses, one.mac, one.id],
    };
  yield* devices(cloud, world);
}

function* devices(cloud: string, world: World): Generator<Entry> {
  for (const host of world.hosts) {
    const seen = new Set<string>();
    for (const netns of host.namespaces) {
      const addresses = Map.groupBy(netns.addresses, (address) => address.dev);
      for (const link of netns.links) {
        if (link.kind === "loopback") continue;
        const own = (addresses.get(link.name) ?? []).map((address) => address.address);
        seen.add(`${netns.name}/${link.name}`);
        yield device(cloud, host.name, netns.name, link.name, own, [link.mac]);
      }
    }
    for (const bridge of host.ovs?.bridges ?? [])
      for (const name of [bridge.name, ...bridge.ports.flatMap((port) => port.interfaces.map((iface) => iface.name))])
        if (!seen.has(`root/${name}`)) {
          seen.add(`root/${name}`);
          yield device(cloud, host.name, "root", name, [], []);
        }
  }
}

function device(cloud: string, host: string, netns: string, name: string, addresses: string[], macs: string[]): Entry {
  const id = `${netns}/${name}`;
  return {
    kind: "device",
    id: `${host}/${id}`,
    label: name,
    detail: [host, netns === "root" ? undefined : netns, ...addresses].filter(Boolean).join(" · "),
    href: pages.host(cloud, host, id),
    words: [name, ...addresses, ...macs],
  };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
