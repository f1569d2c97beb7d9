/** Where a difference is, in the dashboard: the device in its host's picture, the object in its list. */
import type { CheckDifference, Topology } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";

export const PART_WORDS: Readonly<Record<string, string>> = {
  namespace: "namespace",
  link: "device",
  address: "address",
  route: "route",
  rule: "routing rule",
  neighbour: "neighbour",
  fdb: "FDB entry",
  iptables: "iptables rule",
  ip6tables: "ip6tables rule",
  ipset: "ipset",
  sysctl: "setting",
  bridge: "OVS bridge",
  port: "OVS port",
  flow: "flow",
  group: "OpenFlow group",
  dnsmasq: "dnsmasq",
};

export const KIND_TEXT: Record<CheckDifference["kind"], { word: string; long: string; tone: "danger" | "warn" }> = {
  missing: { word: "missing", long: "Neutron wants it, the host does not have it", tone: "danger" },
  unexpected: { word: "unexpected", long: "The host has it, Neutron does not want it", tone: "warn" },
  different: { word: "different", long: "It is there, but not as Neutron wants it", tone: "warn" },
};

export interface Place {
  label: string;
  href: string;
}

/** The device (bridge, namespace) that the difference is on, at the tab that shows it. undefined: it is of the host itself. */
export function deviceOf(cloud: string, host: string, difference: CheckDifference): Place | undefined {
  const { part, place } = difference;
  const { netns = "root", device, bridge } = place;
  const at = (id: string, label: string, more: Record<string, string> = {}): Place => {
    const query = new URLSearchParams(more).toString();
    return { label, href: `${pages.host(cloud, host, id)}${query === "" ? "" : `&${query}`}` };
  };
  if (part === "flow" && bridge !== undefined)
    return at(`root/${bridge}`, `${bridge}, table ${place.table}`, { tab: "flows", q: `table=${place.table}` });
  if (device !== undefined) return at(`${netns}/${device}`, netns === "root" ? device : `${device} in ${netns}`);
  if (bridge !== undefined) return at(`root/${bridge}`, bridge);
  if (part === "namespace") return difference.kind === "missing" ? undefined : at(`${netns}/`, netns);
  if (netns !== "root") {
    const tab = part.endsWith("tables") ? "firewall" : part === "route" || part === "rule" ? "routes" : undefined;
    return at(`${netns}/`, place.table ? `${netns}, ${place.table}` : netns, tab ? { tab } : {});
  }
  return undefined;
}

/** The object's name and its page, by what the topology knows. */
export function objectOf(cloud: string, resource: CheckDifference["resource"], topology: Topology | undefined): Place {
  if (!resource) return { label: "The host’s own", href: "" };
  const { type, id } = resource;
  const short = id.slice(0, 11);
  switch (type) {
    case "router": {
      const router = topology?.routers.find((one) => one.id === id);
      return { label: `Router ${router?.name || short}`, href: pages.list(cloud, "routers", id) };
    }
    case "network": {
      const network = topology?.networks.find((one) => one.id === id);
      return { label: `Network ${network?.name || short}`, href: pages.list(cloud, "networks", id) };
    }
    case "port": {
      const instance = topology?.instances.find((one) => one.ports.some((port) => port.id === id));
      if (instance) {
        const address = instance.ports.find((port) => port.id === id)?.addresses[0];
        const label = `Port of ${instance.name}${address ? ` · ${address}` : ""}`;
        return { label, href: pages.list(cloud, "instances", instance.id) };
      }
      const other = topology?.otherPorts.find((one) => one.id === id);
      if (!other) return { label: `Port ${short}`, href: "" };
      const router = topology?.routers.find((one) => one.id === other.deviceId);
      const what = router ? `Port of ${router.name}` : `Port ${other.name || short}`;
      const label = `${what}${other.addresses[0] ? ` · ${other.addresses[0]}` : ""}`;
      return {
        label,
        href: router ? pages.list(cloud, "routers", router.id) : pages.list(cloud, "networks", other.networkId),
      };
    }
  }
}

/** `<vlan of ID>` with the network's name in the id's place. */
export function namer(topology: Topology | undefined): (text: string) => string {
  const names = new Map(topology?.networks.map((one) => [one.id, one.name]));
  return (text) =>
    text.replace(/<vlan of ([0-9a-f-]{36})>/g, (all, id: string) => {
      const name = names.get(id);
      return name ? `<vlan of ${name}>` : all;
    });
}
