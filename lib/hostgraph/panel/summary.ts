/** The first tab: what the device is, whose it is, and how it is wired. */
import type { DevicePanel } from "../../api/http.ts";
import type { NeutronPort } from "../../api/neutron.ts";
import type { Link } from "../../host/state.ts";
import { addressesOf, type HostContext, type OvsPlug } from "../context.ts";
import { DEAD_VLAN, portTitle } from "../names.ts";
import type { Owner } from "../owner.ts";

export type Fact = DevicePanel["summary"][number];

/** Leaves out what is not there: an undefined or empty value. */
function facts(list: (Fact | [label: string, value: string | number | undefined, mono?: boolean])[]): Fact[] {
  return list.flatMap((item) => {
    if (!Array.isArray(item)) return [item];
    const [label, value, mono] = item;
    if (value === undefined || value === "") return [];
    return [{ label, value: String(value), ...(mono ? { mono } : {}) }];
  });
}

export function linkFacts(context: HostContext, netns: string, link: Link): Fact[] {
  const addresses = addressesOf(context, netns, link.name).map((a) => `${a.address}/${a.prefix}`);
  const peer = link.linkName
    ? `${link.linkName}${link.linkNetns && link.linkNetns !== netns ? ` in ${link.linkNetns}` : ""}`
    : undefined;
  const state = link.up ? (link.carrier ? "up" : "up, no carrier") : "down";
  return facts([
    ["State", state],
    ["Kind", link.kind === "other" ? (link.rawKind ?? "other") : link.kind],
    ["Addresses", addresses.join(", "), true],
    ["MAC", link.mac, true],
    ["MTU", link.mtu],
    [link.kind === "veth" ? "Peer" : "Parent", peer, true],
    ["Master", link.master, true],
    ["VLAN", link.vlan ? `${link.vlan.id} (${link.vlan.protocol})` : undefined],
    ["VNI", link.tunnel?.key],
    [
      "Local, remote",
      link.tunnel ? [link.tunnel.local, link.tunnel.remote ?? link.tunnel.group].filter(Boolean).join(" → ") : "",
      true,
    ],
    [
      "Ageing",
      link.bridge
        ? link.bridge.ageingTime === 0
          ? "0: never learns, floods every frame"
          : `${link.bridge.ageingTime / 100} s`
        : undefined,
    ],
    [
      "Bridge port",
      link.bridgePort
        ? `${link.bridgePort.state}${link.bridgePort.hairpin ? ", hairpin" : ""}${link.bridgePort.isolated ? ", isolated" : ""}`
        : undefined,
    ],
    [
      "Received",
      link.stats
        ? traffic(link.stats.rxPackets, link.stats.rxBytes, link.stats.rxDropped + link.stats.rxErrors)
        : undefined,
    ],
    [
      "Sent",
      link.stats
        ? traffic(link.stats.txPackets, link.stats.txBytes, link.stats.txDropped + link.stats.txErrors)
        : undefined,
    ],
    ["Interface index", link.ifindex],
  ]);
}

function traffic(packets: number, bytes: number, lost: number): string {
  const text = `${packets.toLocaleString("en")} packets, ${bytesText(bytes)}`;
  return lost > 0 ? `${text}, ${lost.toLocaleString("en")} lost` : text;
}

function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = "B";
  for (const next of units) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${value.toFixed(1)} ${unit}`;
}

export function plugFacts({ bridge, port, iface }: OvsPlug): Fact[] {
  const options = Object.entries(iface.options).map(([key, value]) => `${key}=${value}`);
  const tag = port.tag === DEAD_VLAN ? "4095: dead, nothing passes" : port.tag;
  return facts([
    ["OVS bridge", bridge.name, true],
    ["OpenFlow port", iface.ofport === -1 ? "none: it could not be added" : iface.ofport],
    ["Local VLAN tag", tag],
    ["Trunks", port.trunks.join(", ")],
    ["VLAN mode", port.vlanMode],
    ["OVS type", iface.type === "" ? "system" : iface.type],
    ["Options", options.join(" "), true],
    ["Error", iface.error],
    ["Port flags", iface.config.join(" ")],
    ["iface-id", iface.externalIds["iface-id"], true],
    ["vm-uuid", iface.externalIds["vm-uuid"], true],
  ]);
}

/** The cloud's view; links lead to the pages of the objects. `cloud` is the id in URLs. */
export function ownerFacts(context: HostContext, { port, network }: Owner, cloud: string): Fact[] {
  const page = (list: string, id: string) =>
    `/clouds/${encodeURIComponent(cloud)}/${list}?sel=${encodeURIComponent(id)}`;
  const list: Fact[] = [];
  if (port) {
    const server = context.names.servers.get(port.device_id);
    const router = context.names.routers.get(port.device_id);
    if (server) list.push({ label: "Instance", value: server.name, href: page("instances", server.id) });
    else if (router) list.push({ label: "Router", value: router.name || router.id, href: page("routers", router.id) });
    else list.push({ label: "Belongs to", value: portTitle(port, context.names) });
  }
  if (network) list.push({ label: "Network", value: network.name || network.id, href: page("networks", network.id) });
  return port ? [...list, ...portFacts(context, port)] : list;
}

function portFacts(context: HostContext, port: NeutronPort): Fact[] {
  const groups = port.security_groups.map(
    (id) => context.cloud.api.securityGroups.find((g) => g.id === id)?.name ?? id,
  );
  return facts([
    ["Port", port.id, true],
    ["Port status", port.status],
    ["Port MAC", port.mac_address, true],
    ["Fixed addresses", port.fixed_ips.map((ip) => ip.ip_address).join(", "), true],
    ["Security groups", port.port_security_enabled ? groups.join(", ") : "port security is off"],
    ["Allowed pairs", port.allowed_address_pairs.map((p) => p.ip_address).join(", "), true],
    ["Bound to", port["binding:host_id"]],
  ]);
}

export function markFacts(marks: readonly string[]): Fact[] {
  const words: Record<string, string> = {
    "dead-vlan": "Dead port: tag 4095, the agent could not bind it",
    down: "Down: nothing is sent or received",
    "unknown-to-neutron": "Unknown to Neutron: no such object in the API",
    "expected-missing": "Expected here by Neutron, and not on the host",
  };
  return marks.map((mark) => ({ label: "Attention", value: words[mark] ?? mark }));
}
