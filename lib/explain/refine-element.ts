/** Codes that the deciding element itself tells, by Neutron's names of tables and chains. */
import type { NeutronPort } from "../api/neutron.ts";
import type { Resource, VerdictEvent } from "../datapath/event.ts";
import { named, portOfDevice, portResource } from "./catalog.ts";
import type { Case, Refined } from "./intent.ts";
import { bridgeRole, tableName } from "./tables.ts";

/** Tables of the native firewall (neutron/plugins/ml2/drivers/openvswitch/agent/common/constants.py): 71 checks MAC and address. */
const BASE_EGRESS = 71;
const INGRESS: ReadonlySet<number> = new Set([81, 82]);

export function refineElement(c: Case, v: VerdictEvent): Refined | undefined {
  const { element } = v;
  if (element?.type === "iptables-rule" || element?.type === "iptables-policy")
    return byChain(c, v, element.chain, element.text);
  if (element?.type === "flow") return byTable(c, v, element.bridge, element.table, element.text);
  if (element?.type === "ovs-bridge") return byBridge(c, v, element.text);
  return undefined;
}

/** The switch names only the bridge: no flow of a table matched, or a flow sends to a port that is not there. */
function byBridge(c: Case, v: VerdictEvent, text: string): Refined | undefined {
  const table = /^(\S+): no flow of table (\d+) matches/.exec(text);
  if (table?.[1] && table[2]) return byTable(c, v, table[1], Number(table[2]), text);
  const host = c.hosts.get(v.host);
  const port = /^(\S+) has no port (\S+)/.exec(text);
  if (!host || !port?.[1] || bridgeRole(host, port[1]) !== "tunnel") return undefined;
  const target = c.last && c.catalog.portByMac.get(c.last.packet.eth_dst);
  const remote = target?.["binding:host_id"];
  if (remote === v.host) return undefined;
  const address = remote === undefined ? undefined : localAddress(c, remote);
  const where = address === undefined ? "" : ` to ${address} (${remote})`;
  return {
    code: "TUNNEL_MISSING",
    element: { type: "tunnel", text: `${port[1]}: no port ${port[2]}${where}` },
    ...(target ? { resource: portResource(c.catalog, target) } : {}),
  };
}

/** `local_ip` of a host's Open vSwitch agent. */
function localAddress(c: Case, host: string): string | undefined {
  for (const file of Object.values(c.hosts.get(host)?.config ?? {})) if (file.ovs?.local_ip) return file.ovs.local_ip;
  return undefined;
}

/** neutron/agent/linux/iptables_firewall.py: chains of a port, and what each is for. */
function byChain(c: Case, v: VerdictEvent, chain: string, text: string): Refined | undefined {
  if (/--(?:ct)?state INVALID/.test(text)) return { code: invalid(c, v) };
  if (!/-(openvswi|linuxbri)-/.test(chain)) return undefined;
  const port = portOfDevice(c.catalog, v.device);
  const resource = port && portResource(c.catalog, port);
  if (/-(openvswi|linuxbri)-s[0-9a-f]/.test(chain) || text.includes("Prevent DHCP Spoofing"))
    return { code: "PORT_SECURITY_BLOCKED", ...(resource ? { resource } : {}) };
  const group = securityGroup(c, port);
  return { code: "SECURITY_GROUP_DENIED", ...(group ? { resource: group } : {}) };
}

/** The native firewall sends all that it drops to one table: the flow before tells why. */
function dropped(c: Case, v: VerdictEvent, bridge: string, port: NeutronPort | undefined): Refined {
  const before = c.flows.filter((f) => f.leg === v.leg && f.host === v.host && f.bridge === bridge).at(-2);
  const why = before?.table === BASE_EGRESS ? spoofed(c, v.host, bridge, port) : deniedByFlow(c, port, before?.table);
  return before ? { ...why, element: { type: "flow", bridge, table: before.table, text: before.text } } : why;
}

const ARP = 0x0806;

/** Its table for what ports may say of themselves holds ARP, too, and the MAC that may say it. */
function spoofed(c: Case, host: string, bridge: string, port: NeutronPort | undefined): Refined {
  const arp = c.last?.packet.eth_type === ARP && !onlyByMac(c, host, bridge);
  return {
    code: arp ? "ARP_SPOOF_BLOCKED" : "PORT_SECURITY_BLOCKED",
    ...(port ? { resource: portResource(c.catalog, port) } : {}),
  };
}

/** The address is the port's, and only another MAC may tell it. */
function onlyByMac({ hosts, last }: Case, host: string, bridge: string): boolean {
  const at = hosts.get(host)?.ovs?.bridges.find((one) => one.name === bridge);
  const number = at?.ports.flatMap((one) => one.interfaces).find((one) => one.name === last?.device)?.ofport;
  const told = (at?.flows ?? []).filter((flow) => {
    const value = (name: string) => flow.match.fields.find((field) => field.name === name)?.value;
    return (
      flow.table === BASE_EGRESS && value("in_port") === String(number) && value("arp_spa") === last?.packet.arp_spa
    );
  });
  const mac = (one: (typeof told)[number]) => one.match.fields.find((field) => field.name === "dl_src")?.value;
  return told.length > 0 && told.every((one) => mac(one) !== undefined && mac(one) !== last?.packet.eth_src);
}

/** The native firewall drops on the way in to the port that has the packet's MAC. */
function deniedByFlow(c: Case, from: NeutronPort | undefined, table: number | undefined): Refined {
  const inward = table !== undefined && INGRESS.has(table);
  const group = securityGroup(c, inward ? c.catalog.portByMac.get(c.last?.packet.eth_dst ?? "") : from);
  return { code: "SECURITY_GROUP_DENIED", ...(group ? { resource: group } : {}) };
}

/** A reply that no connection is known for: because the request went another way, where the namespaces tell. */
function invalid(c: Case, v: VerdictEvent): VerdictEvent["code"] {
  if (v.leg !== "reply") return "CONNTRACK_INVALID";
  const routers = (leg: string) =>
    [...new Set(c.frames.filter((f) => f.leg === leg && f.netns.includes("-")).map((f) => `${f.host} ${f.netns}`))]
      .sort()
      .join();
  return routers("request") === routers("reply") ? "CONNTRACK_INVALID" : "ASYMMETRIC_PATH";
}

/** The group that ought to have a rule: the port's own when it has one, the port when it has several. */
function securityGroup(c: Case, port: NeutronPort | undefined): Resource | undefined {
  if (!port) return undefined;
  const [first, second] = port.security_groups;
  const group = first === undefined ? undefined : c.catalog.groups.get(first);
  return group && second === undefined ? named("security_group", group) : portResource(c.catalog, port);
}

function byTable(c: Case, v: VerdictEvent, bridge: string, table: number, text: string): Refined | undefined {
  if (v.code !== "FLOW_DROP" && v.code !== "NO_FLOW_MATCH" && v.code !== "TUNNEL_KEY_UNKNOWN") return undefined;
  const host = c.hosts.get(v.host);
  const role = host && bridgeRole(host, bridge);
  const name = tableName(role, table);
  const match = text.split(" actions=")[0] ?? "";
  if (role === "integration" && match.includes("dl_vlan=4095")) return { code: "DEAD_VLAN" };
  if (/ct_state=[^,\s]*\+inv/.test(match)) return { code: invalid(c, v) };
  const port = portOfDevice(c.catalog, c.last?.device ?? "");
  const resource = port && portResource(c.catalog, port);
  const whose = resource ? { resource } : {};
  switch (name) {
    case "ARP_SPOOF_TABLE":
      return { code: "ARP_SPOOF_BLOCKED", ...whose };
    case "MAC_SPOOF_TABLE":
      return { code: "PORT_SECURITY_BLOCKED", ...whose };
    case "BASE_EGRESS_TABLE":
      return spoofed(c, v.host, bridge, port);
    case "DROPPED_TRAFFIC_TABLE":
      return dropped(c, v, bridge, port);
    case "RULES_EGRESS_TABLE":
    case "RULES_INGRESS_TABLE":
    case "BASE_INGRESS_TABLE":
      return deniedByFlow(c, port, table);
    case "UCAST_TO_TUN":
    case "FLOOD_TO_TUN":
    case "ARP_RESPONDER":
      return match.includes("arp_tpa=") ? undefined : { code: "L2POP_ENTRY_MISSING" };
    case "VXLAN_TUN_TO_LV":
    case "GRE_TUN_TO_LV":
    case "GENEVE_TUN_TO_LV":
      return { code: "TUNNEL_KEY_UNKNOWN" };
    default:
      return undefined;
  }
}
