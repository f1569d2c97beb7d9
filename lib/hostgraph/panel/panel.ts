/** Everything known about one device of a host, or (with an empty name) about one of its namespaces. */
import type { DeviceNode, DevicePanel } from "../../api/http.ts";
import type { HostState, Namespace } from "../../host/state.ts";
import { type HostContext, hostContext, linkOf, type OvsPlug, plugOf } from "../context.ts";
import { hostGraph } from "../graph.ts";
import { portPrefix } from "../names.ts";
import { ownerOf } from "../owner.ts";
import type { Cloud } from "../summary.ts";
import { linkFdb, ovsFdb } from "./fdb.ts";
import { firewallOf, ipsetsOf } from "./firewall.ts";
import { flowsOf } from "./flows.ts";
import { type Fact, linkFacts, markFacts, ownerFacts, plugFacts } from "./summary.ts";
import { conntrackText, neighbourRow, policyRuleText, routeText } from "./text.ts";

export interface Device {
  netns: string;
  name: string;
}

/** The panel without its raw files (see raw.ts). Undefined: the host has no such device. `cloudId` goes into links. */
export function devicePanel(cloud: Cloud, host: HostState, device: Device, cloudId: string): DevicePanel | undefined {
  const context = hostContext(cloud, host);
  const ns = host.namespaces.find((one) => one.name === device.netns);
  if (device.name === "") return ns && namespacePanel(context, ns);
  const node = hostGraph(cloud, host).nodes.find((one) => one.id === `${device.netns}/${device.name}`);
  if (!node) return undefined;
  const panel: DevicePanel = {
    id: node.id,
    netns: node.netns,
    name: node.name,
    summary: factsOf(context, node, cloudId),
  };
  const plug = plugOf(context, node.netns, node.name) ?? guestPlug(context, node);
  const bridge = context.bridges.get(node.name) ?? plug?.bridge;
  const flows = bridge?.flowsKnown && flowsOf(context, bridge, plug);
  if (flows && (flows.tables.length > 0 || node.kind === "ovs-bridge")) panel.flows = flows;
  const fdb =
    node.kind === "ovs-bridge" && bridge
      ? ovsFdb(context, bridge)
      : plug
        ? ovsFdb(context, plug.bridge, plug.iface.ofport)
        : ns && isSwitched(node) && linkFdb(context, ns, node.name);
  if (fdb) panel.fdb = fdb;
  addFirewall(context, node, panel);
  if (ns) addKernel(context, node, ns, panel);
  return panel;
}

/** Any device has entries for the multicast groups it listens to: only a bridge's, its ports' and a tunnel's are news. */
function isSwitched(node: DeviceNode): boolean {
  return node.bridge !== undefined || node.kind === "qbr" || node.kind === "linuxbridge" || node.kind === "vxlan";
}

/** A guest's own OVS port: where its flows are, whether its tap or its qvo is the one plugged in. */
function guestPlug(context: HostContext, node: DeviceNode): OvsPlug | undefined {
  if (node.kind !== "guest" || !node.portId) return undefined;
  const prefix = node.portId.slice(0, 11);
  for (const plug of context.plugs.values()) if (portPrefix(plug.iface.name) === prefix) return plug;
  return undefined;
}

function factsOf(context: HostContext, node: DeviceNode, cloudId: string): Fact[] {
  const owner = ownerOf(context, node.netns, node.name);
  const port = node.portId ? context.names.ports.get(node.portId) : undefined;
  const network = node.networkId ? context.names.networks.get(node.networkId) : undefined;
  const link = linkOf(context, node.netns, node.name);
  const plug = plugOf(context, node.netns, node.name);
  const bridge = node.kind === "ovs-bridge" ? context.bridges.get(node.name) : undefined;
  const facts = markFacts(node.marks);
  if (bridge && !bridge.flowsKnown) {
    facts.push({ label: "Attention", value: "Its flows could not be read: what passes here is unknown" });
  }
  facts.push(...ownerFacts(context, { ...owner, ...(port ? { port } : {}), ...(network ? { network } : {}) }, cloudId));
  if (node.netns !== "root" && node.kind !== "guest") facts.push({ label: "Namespace", value: node.netns, mono: true });
  if (bridge) {
    facts.push(
      { label: "Ports", value: String(bridge.ports.length) },
      { label: "Flows", value: bridge.flowsKnown ? String(bridge.flows.length) : "unknown" },
      { label: "Datapath", value: bridge.datapathType || "system" },
      { label: "Fail mode", value: bridge.failMode || "standalone" },
    );
    if (bridge.protocols.length > 0) facts.push({ label: "Protocols", value: bridge.protocols.join(", ") });
    if (bridge.controllers.length > 0)
      facts.push({ label: "Controllers", value: bridge.controllers.join(", "), mono: true });
  }
  if (plug) facts.push(...plugFacts(plug));
  if (link) {
    const list = linkFacts(context, node.netns, link);
    facts.push(
      ...(bridge ? list.map((fact) => (fact.label === "State" ? { ...fact, label: "Local port" } : fact)) : list),
    );
  }
  return facts;
}

/** Guests, taps and port bridges: their own chains in the host. Routers' and DHCP ports: their namespace's. NICs with an address: the host's. */
function addFirewall(context: HostContext, node: DeviceNode, panel: DevicePanel): void {
  const space = (name: string) => context.host.namespaces.find((ns) => ns.name === name);
  const filtered = ["guest", "tap", "qbr", "qvb", "qvo"].includes(node.kind);
  const ns = filtered
    ? space("root")
    : node.netns === "root" && !isAddressed(context, node)
      ? undefined
      : space(node.netns);
  if (!ns) return;
  const prefix = filtered ? (node.portId?.slice(0, 11) ?? portPrefix(node.name)) : undefined;
  if (filtered && !prefix) return;
  const firewall = firewallOf(ns, prefix);
  if (!firewall) return;
  panel.firewall = firewall;
  const sets = ipsetsOf(firewall, ns.ipsets);
  if (sets.length > 0) panel.ipsets = sets;
  if (!prefix) return;
  const zones = zonesOf(firewall);
  const entries = ns.conntrack.filter((entry) => zones.has(entry.zone) || zones.has(entry.zoneOriginal ?? -1));
  if (entries.length > 0) panel.conntrack = entries.map(conntrackText);
}

function zonesOf(firewall: NonNullable<DevicePanel["firewall"]>): Set<number> {
  const texts = firewall.flatMap((table) => table.chains.flatMap((chain) => chain.rules.map((rule) => rule.text)));
  return new Set(
    texts.flatMap((text) => (/--zone (\d+)/.exec(text)?.[1] ? [Number(/--zone (\d+)/.exec(text)?.[1])] : [])),
  );
}

function isAddressed(context: HostContext, node: DeviceNode): boolean {
  const root = context.host.namespaces.find((ns) => ns.name === "root");
  return root?.addresses.some((address) => address.dev === node.name && address.scope !== "link") ?? false;
}

function addKernel(context: HostContext, node: DeviceNode, ns: Namespace, panel: DevicePanel): void {
  const neighbours = neighboursOf(ns, node.name);
  if (neighbours) panel.neighbours = neighbours;
  if (ns.name === "root" && !isAddressed(context, node)) return;
  const routes = routesOf(ns);
  if (routes) panel.routes = routes;
  if (ns.name === "root") return;
  if (ns.conntrack.length > 0) panel.conntrack = ns.conntrack.map(conntrackText);
  const leases = leasesOf(context, ns.name);
  if (leases) panel.leases = leases;
}

function namespacePanel(context: HostContext, ns: Namespace): DevicePanel {
  const listeners = ns.listeners.map((l) => `${l.proto} ${l.address}:${l.port}${l.process ? ` ${l.process}` : ""}`);
  const forwarding = ns.sysctls["net.ipv4.ip_forward"];
  const summary: Fact[] = [
    { label: "Devices", value: String(ns.links.length) },
    {
      label: "Addresses",
      value: ns.addresses
        .filter((a) => a.dev !== "lo")
        .map((a) => `${a.address}/${a.prefix} ${a.dev}`)
        .join(", "),
      mono: true,
    },
    { label: "IPv4 forwarding", value: forwarding === undefined ? "" : forwarding === "1" ? "on" : "off" },
    { label: "Listening", value: listeners.join(", "), mono: true },
  ].filter((fact) => fact.value !== "");
  const panel: DevicePanel = { id: `${ns.name}/`, netns: ns.name, name: "", summary };
  const firewall = firewallOf(ns);
  if (firewall) {
    panel.firewall = firewall;
    const sets = ipsetsOf(firewall, ns.ipsets);
    if (sets.length > 0) panel.ipsets = sets;
  }
  const routes = routesOf(ns);
  if (routes) panel.routes = routes;
  const neighbours = neighboursOf(ns);
  if (neighbours) panel.neighbours = neighbours;
  if (ns.conntrack.length > 0) panel.conntrack = ns.conntrack.map(conntrackText);
  const leases = leasesOf(context, ns.name);
  if (leases) panel.leases = leases;
  return panel;
}

function routesOf(ns: Namespace): DevicePanel["routes"] {
  if (ns.routes.length === 0 && ns.rules.length === 0) return undefined;
  const tables = new Map<string, string[]>();
  for (const route of ns.routes) {
    const name = route.family === 6 ? `${route.table} (IPv6)` : route.table;
    tables.set(name, [...(tables.get(name) ?? []), routeText(route)]);
  }
  const rank = (name: string) =>
    (name.startsWith("main") ? 0 : name.startsWith("local") ? 2 : 1) + (name.endsWith("(IPv6)") ? 10 : 0);
  const sorted = [...tables].sort(
    (a, b) => rank(a[0]) - rank(b[0]) || a[0].localeCompare(b[0], "en", { numeric: true }),
  );
  const rules = [...ns.rules].sort((a, b) => a.family - b.family || a.priority - b.priority);
  return {
    rules: rules.map((rule) => (rule.family === 6 ? "-6 " : "") + policyRuleText(rule)),
    tables: sorted.map(([name, routes]) => ({ name, routes })),
  };
}

function neighboursOf(ns: Namespace, dev?: string): DevicePanel["neighbours"] {
  const rows = [
    ...ns.neighbours.filter((n) => !dev || n.dev === dev).map((n) => neighbourRow(n)),
    ...ns.proxies.filter((p) => !dev || p.dev === dev).map((p) => neighbourRow({ ...p, state: [] }, true)),
  ];
  return rows.length === 0 ? undefined : { columns: ["Address", "Device", "MAC", "State"], rows };
}

function leasesOf(context: HostContext, netns: string): DevicePanel["leases"] {
  const instance = context.host.dnsmasq.find((one) => one.netns === netns);
  if (!instance) return undefined;
  return {
    network: context.names.networks.get(instance.networkId)?.name ?? instance.networkId,
    command: instance.running ? instance.command : `${instance.command}\n(not running)`,
    hosts: instance.hosts.map((host) => host.line),
    options: instance.options.map((option) => option.line),
    leases: instance.leases.map((lease) => {
      const until = lease.expiry === 0 ? "never ends" : `until ${new Date(lease.expiry * 1000).toISOString()}`;
      return `${lease.mac} ${lease.address} ${lease.name} ${until}`;
    }),
  };
}
