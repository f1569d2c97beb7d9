/** Causes on the end's own host, whatever stopped the packet later: tags, patches, bridge mappings, the DHCP agent's port. */
import type { VerdictEvent } from "../datapath/event.ts";
import { named } from "./catalog.ts";
import type { Case, Refined } from "./intent.ts";
import { missingPort } from "./missing-port.ts";
import { brokenPlumbing } from "./plumbing.ts";
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
        code: "NO_CARRIER_PEER",
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
