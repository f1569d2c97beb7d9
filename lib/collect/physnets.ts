/** Physical networks: which bridge or NIC of each host is on which, and by whose word. */
import type { CloudApi } from "../api/neutron.ts";
import type { Gap, HostState } from "../host/state.ts";
import type { SegmentAttachment } from "../host/world.ts";
import type { HostWires } from "./wires.ts";

/** Devices that are taken to share a wire, and why. */
export interface Claim {
  name: string;
  reason: string;
  attachments: SegmentAttachment[];
}

export interface PhysnetMapping {
  physnet: string;
  /** OVS bridge, Linux bridge or NIC. */
  device: string;
  /** File of the bundle that says so. */
  file: string;
}

/**
 * Mappings by host: of its agents' configuration; where that is not there, of what its agents report to Neutron; where
 * that is not there either, by the patch ports that an agent makes between the integration bridge and a physical one.
 */
export function mappingsOf(
  hosts: readonly HostState[],
  api: CloudApi,
  hostOf: (name: string) => string | undefined,
): Map<string, PhysnetMapping[]> {
  const out = new Map<string, PhysnetMapping[]>();
  for (const host of hosts) {
    const configured = ofConfig(host);
    out.set(host.name, configured.length > 0 ? configured : ofAgents(host, api, hostOf));
  }
  const known = [...out.values()].flat();
  for (const host of hosts) if (out.get(host.name)?.length === 0) out.set(host.name, ofPatches(host, known));
  return out;
}

/** bridge_mappings and physical_interface_mappings: `physnet:device`, separated by commas. */
function ofConfig(host: HostState): PhysnetMapping[] {
  if (runsNoAgent(host)) return [];
  return Object.entries(host.config).flatMap(([file, sections]) =>
    [
      sections.ovs?.bridge_mappings,
      sections.linux_bridge?.physical_interface_mappings,
      sections.linux_bridge?.bridge_mappings,
    ]
      .flatMap((text) => text?.split(/[,\n]/) ?? [])
      .flatMap((pair) => {
        const colon = pair.indexOf(":");
        if (colon <= 0) return [];
        const path = `${host.name}/etc-neutron/${file}`;
        return [{ physnet: pair.slice(0, colon).trim(), device: pair.slice(colon + 1).trim(), file: path }];
      }),
  );
}

/**
 * True where the process list is known and has no Neutron agent, and no agent has left bridges: configuration files are
 * then a package's defaults, which nobody reads. (An agent that has stopped leaves its bridges, or a
 * hypervisor that it worked for, and its file is true.)
 */
function runsNoAgent(host: HostState): boolean {
  if (host.ovs !== undefined || host.processes.length === 0) return false;
  if (host.namespaces.some((ns) => ns.links.some((link) => link.kind === "bridge" && link.name.startsWith("brq"))))
    return false;
  return !host.processes.some((process) => /neutron-[\w-]*agent|nova-compute/.test(process.command));
}

/** What L2 agents report of their configuration (neutron agents' `configurations`). */
function ofAgents(host: HostState, api: CloudApi, hostOf: (name: string) => string | undefined): PhysnetMapping[] {
  const out: PhysnetMapping[] = [];
  for (const agent of api.agents) {
    if (hostOf(agent.host) !== host.name) continue;
    for (const key of ["bridge_mappings", "interface_mappings"]) {
      const mappings = agent.configurations?.[key];
      if (typeof mappings !== "object" || mappings === null) continue;
      for (const [physnet, device] of Object.entries(mappings)) {
        if (typeof device === "string") out.push({ physnet, device, file: "api/agents.json" });
      }
    }
  }
  return out;
}

/**
 * The OVS agent joins br-int to a physical bridge by patch ports int-<bridge> and phy-<bridge>. The physical network's
 * name is what other hosts call that bridge's, else the bridge's own.
 */
function ofPatches(host: HostState, known: readonly PhysnetMapping[]): PhysnetMapping[] {
  const out: PhysnetMapping[] = [];
  for (const bridge of host.ovs?.bridges ?? []) {
    const patched = bridge.ports
      .flatMap((port) => port.interfaces)
      .some(
        (iface) => iface.type === "patch" && iface.name.startsWith("phy-") && iface.options.peer?.startsWith("int-"),
      );
    if (!patched) continue;
    const names = [...new Set(known.filter((m) => m.device === bridge.name).map((m) => m.physnet))];
    const file = `${host.name}/ovs/ovs-vsctl-list-Interface.json`;
    for (const physnet of names.length > 0 ? names : [bridge.name]) out.push({ physnet, device: bridge.name, file });
  }
  return out;
}

/** One claim for each physical network: the NICs below what is mapped to it on every host. A mapping without a NIC is a gap. */
export function physnetClaims(
  all: readonly HostWires[],
  mappings: ReadonlyMap<string, readonly PhysnetMapping[]>,
  gaps: Gap[],
): Claim[] {
  const byPhysnet = new Map<string, { attachments: SegmentAttachment[]; how: string[] }>();
  for (const wires of all) {
    const host = wires.host.name;
    for (const { physnet, device, file } of mappings.get(host) ?? []) {
      const entry = byPhysnet.get(physnet) ?? { attachments: [], how: [] };
      byPhysnet.set(physnet, entry);
      const bridge = wires.bridge(device);
      const found = bridge ? wires.belowBridge(bridge) : wires.below(device);
      if (found.length === 0) {
        const reason = `physical network ${physnet} is mapped to ${device}, which leads to no NIC of the recording`;
        gaps.push({ host, file, text: `${physnet}:${device}`, reason });
        continue;
      }
      const devices = found.map((wire) => wire.dev).join(" and ");
      entry.how.push(`${host} ${device === devices ? devices : `${device} with ${devices}`}`);
      for (const wire of found) entry.attachments.push({ host, netns: "root", dev: wire.dev });
    }
  }
  return [...byPhysnet].flatMap(([physnet, { attachments, how }]) =>
    attachments.length === 0
      ? []
      : [{ name: physnet, reason: `mapped to physical network ${physnet}: ${how.join(", ")}`, attachments }],
  );
}
