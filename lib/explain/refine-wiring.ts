/** Causes on the end's own host, whatever stopped the packet later: tags, patches, bridge mappings, the DHCP agent's port. */
import type { VerdictEvent } from "../datapath/event.ts";
import type { HostState } from "../host/state.ts";
import { named } from "./catalog.ts";
import type { Case, Refined } from "./intent.ts";
import { missingPort } from "./missing-port.ts";
import { brokenPlumbing } from "./plumbing.ts";
import { bridgeRole } from "./tables.ts";
import { UNANSWERED } from "./unanswered.ts";

const VAGUE = new Set([...UNANSWERED, "DHCP_UNREACHABLE", "VLAN_MISMATCH"]);

/** A frame came in by a port with a tag that is not its network's: whatever stopped it later, that is the cause. */
export function deadPort(c: Case, v: VerdictEvent): Refined | undefined {
  if (!VAGUE.has(v.code)) return undefined;
  for (const f of c.frames) {
    if (f.dir !== "in" || f.netns !== "root") continue;
    for (const bridge of c.hosts.get(f.host)?.ovs?.bridges ?? []) {
      const port = bridge.ports.find((p) => p.name === f.device && p.tag !== undefined);
      if (!port) continue;
      const place = { host: f.host, netns: "root", device: port.name };
      const text = `Port ${port.name} tag: ${port.tag}`;
      if (port.tag === 4095)
        return { code: "DEAD_VLAN", element: { type: "ovs-port", bridge: bridge.name, text }, place };
      // The agent keeps the tag that it chose beside the port (other_config:tag).
      const meant = port.otherConfig.tag;
      if (meant !== undefined && Number(meant) !== port.tag)
        return {
          code: "VLAN_MISMATCH",
          element: { type: "ovs-port", bridge: bridge.name, text: `${text}, the agent chose ${meant}` },
          place,
        };
    }
  }
  return undefined;
}

const LOOSE = new Set([...VAGUE, "PORT_SECURITY_BLOCKED", "ARP_SPOOF_BLOCKED", "PORT_NOT_PLUGGED"]);

/** A device of an end's port is in another bridge than where os-vif and the agent put it. */
export function misplaced(c: Case, v: VerdictEvent): Refined | undefined {
  if (!LOOSE.has(v.code)) return undefined;
  for (const end of [c.to, c.from]) {
    const host = end?.guest && c.hosts.get(end.guest.host);
    const id = end?.guest?.portId.slice(0, 11);
    if (!host || id === undefined) continue;
    const found =
      wrongMaster(host, id, `qbr${id}`) ??
      wrongMaster(host, id, `brq${end.guest?.networkId.slice(0, 11)}`) ??
      wrongBridge(host, id);
    if (found) return { code: "PORT_NOT_PLUGGED", ...found };
  }
  return undefined;
}

/** The bridge of a network has other members, which flood on to nobody what is sent to a guest whose tap is down. */
export function downTap(c: Case, v: VerdictEvent): Refined | undefined {
  const guest = UNANSWERED.has(v.code) ? c.to?.guest : undefined;
  const root = guest && c.hosts.get(guest.host)?.namespaces.find((n) => n.name === "root");
  const link = root?.links.find((l) => l.name === guest?.tap && !l.up);
  if (!guest || !link) return undefined;
  return {
    code: "LINK_DOWN",
    element: { type: "link", text: `${link.ifindex}: ${link.name}: mtu ${link.mtu} state DOWN` },
    place: { host: guest.host, netns: "root", device: link.name },
  };
}

function wrongMaster(host: HostState, id: string, bridge: string): Pick<Refined, "element" | "place"> | undefined {
  const links = host.namespaces.find((n) => n.name === "root")?.links ?? [];
  if (!links.some((l) => l.name === bridge)) return undefined;
  const link = links.find((l) => (l.name === `tap${id}` || l.name === `qvb${id}`) && l.master !== bridge);
  if (!link) return undefined;
  const text = `${link.name}: not in ${bridge}, ${link.master ? `but in ${link.master}` : "has no master"}`;
  return { element: { type: "link", text }, place: { host: host.name, netns: "root", device: link.name } };
}

function wrongBridge(host: HostState, id: string): Pick<Refined, "element" | "place"> | undefined {
  const bridges = host.ovs?.bridges ?? [];
  const root = host.namespaces.find((n) => n.name === "root");
  const device = root?.links.some((l) => l.name === `qbr${id}`) ? `qvo${id}` : `tap${id}`;
  if (!root?.links.some((l) => l.name === device && !l.master?.startsWith("brq"))) return undefined;
  const integration = bridges.find((b) => bridgeRole(host, b.name) === "integration");
  const is = bridges.find((b) => b.ports.some((p) => p.interfaces.some((i) => i.name === device)));
  if (!integration || is === integration || is?.unread?.includes("ports")) return undefined;
  if (!is && integration.unread?.includes("ports")) return undefined;
  const text = `Port ${device} is in ${is?.name ?? "no bridge"}, not in ${integration.name}`;
  return {
    element: { type: "ovs-port", bridge: is?.name ?? integration.name, text },
    place: { host: host.name, netns: "root", device },
  };
}

/** A bridge that leads to a wire, without a network card in it. */
export function bareBridge(c: Case, v: VerdictEvent): Refined | undefined {
  const host = c.hosts.get(v.host);
  const bridge = v.netns === "root" ? host?.ovs?.bridges.find((b) => b.name === v.device) : undefined;
  if (!host || !bridge || bridge.unread?.includes("ports")) return undefined;
  const role = bridgeRole(host, bridge.name);
  if (role === "integration" || role === "tunnel") return undefined;
  const interfaces = bridge.ports.flatMap((p) => p.interfaces);
  if (interfaces.some((i) => i.type !== "patch" && i.type !== "internal" && i.name !== bridge.name)) return undefined;
  return {
    code: "NO_CARRIER_PEER",
    element: { type: "ovs-bridge", text: `${bridge.name}: no port of a network card` },
  };
}

/** The DHCP agent's port of the sender's network: its namespace or device may be what is missing. */
export function dhcpPort(c: Case, v: VerdictEvent): Refined | undefined {
  for (const port of c.catalog.api.ports)
    if (port.device_owner === "network:dhcp" && port.network_id === c.from.port?.network_id) {
      const found = missingPort(c, v, port);
      if (found) return found;
    }
  return undefined;
}

/** The bridges of an end's host are not joined as they should be. */
export function unjoined(c: Case): Refined | undefined {
  if (c.from.guest && c.to?.guest && c.from.guest.host === c.to.guest.host) return undefined;
  for (const end of [c.from, c.to]) {
    const host = end?.guest && c.hosts.get(end.guest.host);
    const network = end?.port && c.catalog.networks.get(end.port.network_id);
    const broken = host && network && brokenPlumbing(host, network);
    if (broken)
      return {
        code: broken.code,
        element: broken.element,
        resource: named("network", network),
        place: { host: host.name, netns: "root", device: broken.bridge },
      };
  }
  return undefined;
}

/** A flat or VLAN network on a host without a bridge for it. */
export function mapping(c: Case, v: VerdictEvent): Refined | undefined {
  if (!UNANSWERED.has(v.code) && v.code !== "DHCP_UNREACHABLE") return undefined;
  for (const end of [c.from, c.to]) {
    const network = end?.port && c.catalog.networks.get(end.port.network_id);
    const physical = network?.["provider:physical_network"];
    const hostName = end?.guest?.host;
    const host = hostName === undefined ? undefined : c.hosts.get(hostName);
    if (!network || !physical || !host?.ovs) continue;
    const settings = Object.entries(host.config).flatMap(([file, s]) =>
      s.ovs ? [{ file, mappings: s.ovs.bridge_mappings ?? "" }] : [],
    );
    const [setting] = settings;
    if (!setting) continue;
    const pair = setting.mappings
      .split(",")
      .map((p) => p.trim().split(":"))
      .find(([net]) => net === physical);
    const missing = pair ? !host.ovs.bridges.some((b) => b.name === pair[1]) : true;
    if (!missing) continue;
    const text = pair
      ? `bridge ${pair[1]} of physical network ${physical} does not exist`
      : `${setting.file}: bridge_mappings = ${setting.mappings} (no ${physical})`;
    return {
      code: "BRIDGE_MAPPING_MISSING",
      element: { type: "config", text },
      resource: named("network", network),
      place: { host: host.name, netns: "root", device: pair?.[1] ?? "br-int" },
    };
  }
  return undefined;
}
