/** From a device that holds an address, or a bridge, down to the NICs whose frames leave the host. */
import type { HostState, Link, OvsBridge } from "../host/state.ts";

export interface Wire {
  dev: string;
  /** Tags that the devices above put on, outermost last. */
  vlans: number[];
}

/** What of one host is asked over and over. */
export class HostWires {
  readonly host: HostState;
  readonly links: ReadonlyMap<string, Link>;
  readonly #bridgeOf = new Map<string, { bridge: OvsBridge; tag?: number }>();
  readonly #members = new Map<string, Link[]>();
  readonly #guestPorts = new Set<string>();
  /** Namespace ids that veths which are surely NICs lead to: a host that is a container has them instead of hardware. */
  readonly #outside = new Set<number>();

  constructor(host: HostState) {
    this.host = host;
    const root = host.namespaces.find((ns) => ns.name === "root");
    this.links = new Map((root?.links ?? []).map((link) => [link.name, link]));
    for (const bridge of host.ovs?.bridges ?? []) {
      for (const port of bridge.ports) {
        for (const iface of port.interfaces) {
          this.#bridgeOf.set(iface.name, port.tag === undefined ? { bridge } : { bridge, tag: port.tag });
          if (iface.externalIds["iface-id"] !== undefined) this.#guestPorts.add(iface.name);
        }
      }
    }
    const addressed = new Set((root?.addresses ?? []).map((address) => address.dev));
    for (const link of this.links.values()) {
      if (!isNic(link) || link.linkNetnsId === undefined || this.#guestPorts.has(link.name)) continue;
      if (addressed.has(link.name) || this.#bridgeOf.has(link.name)) this.#outside.add(link.linkNetnsId);
    }
    for (const link of this.links.values()) {
      if (link.master === undefined) continue;
      const members = this.#members.get(link.master) ?? [];
      members.push(link);
      this.#members.set(link.master, members);
    }
  }

  bridge(name: string): OvsBridge | undefined {
    return this.host.ovs?.bridges.find((bridge) => bridge.name === name);
  }

  /** NICs that a device's frames leave by; empty when they stay in the host. */
  below(dev: string, seen: ReadonlySet<string> = new Set()): Wire[] {
    if (seen.has(dev)) return [];
    const next = new Set(seen).add(dev);
    const plugged = this.#bridgeOf.get(dev);
    const bridge = this.bridge(dev);
    if (bridge) return this.belowBridge(bridge, next);
    const link = this.links.get(dev);
    // An internal port is a host's own leg in the bridge; a NIC in a bridge is the wire itself.
    if (plugged && (link === undefined || !isNic(link))) {
      const wires = this.belowBridge(plugged.bridge, next);
      return plugged.tag === undefined
        ? wires
        : wires.map((wire) => ({ ...wire, vlans: [plugged.tag as number, ...wire.vlans] }));
    }
    if (!link) return [];
    if (link.kind === "bridge")
      return (this.#members.get(dev) ?? []).flatMap((member) =>
        this.#isLeg(member) ? this.below(member.name, next) : [],
      );
    if (link.kind === "vlan" && link.linkName !== undefined && link.vlan) {
      const id = link.vlan.id;
      return this.below(link.linkName, next).map((wire) => ({ dev: wire.dev, vlans: [id, ...wire.vlans] }));
    }
    if ((link.kind === "macvlan" || link.kind === "ipvlan") && link.linkName !== undefined)
      return this.below(link.linkName, next);
    return isNic(link) ? [{ dev: this.#member(link).name, vlans: [] }] : [];
  }

  /** The device that a bond's frames really pass: any one of its members, and the same for each walk. */
  #member(link: Link): Link {
    if (link.kind !== "bond") return link;
    const members = this.#members.get(link.name) ?? [];
    return members.find((member) => member.up && member.carrier) ?? members[0] ?? link;
  }

  /** A Linux bridge's member that may lead to a wire. A veth may be a container's: it counts when it leads where NICs do. */
  #isLeg(link: Link): boolean {
    if (link.kind === "veth")
      return isNic(link) && link.linkNetnsId !== undefined && this.#outside.has(link.linkNetnsId);
    return isNic(link) || link.kind === "vlan" || link.kind === "macvlan" || link.kind === "bridge";
  }

  /** NICs among an OVS bridge's ports; when it has none, those of the bridges that it is patched to. */
  belowBridge(bridge: OvsBridge, seen: ReadonlySet<string> = new Set()): Wire[] {
    // Of a bond one member carries: the wire is joined once.
    const interfaces = bridge.ports.flatMap((port) =>
      port.interfaces.length > 1
        ? (port.interfaces.find((i) => i.linkUp) ?? port.interfaces.slice(0, 1))
        : port.interfaces,
    );
    const wires = interfaces.flatMap((iface): Wire[] => {
      if (this.#guestPorts.has(iface.name)) return [];
      if (iface.type.startsWith("dpdk") && !iface.type.startsWith("dpdkvhost")) return [{ dev: iface.name, vlans: [] }];
      if (iface.type !== "" && iface.type !== "system") return [];
      const link = this.links.get(iface.name);
      if (!link) return [];
      if (isNic(link)) return [{ dev: this.#member(link).name, vlans: [] }];
      return link.kind === "vlan" ? this.below(link.name, new Set(seen).add(bridge.name)) : [];
    });
    if (wires.length > 0) return wires;
    const next = new Set(seen).add(bridge.name);
    return interfaces.flatMap((iface) => {
      const peer = iface.type === "patch" ? iface.options.peer : undefined;
      const other = peer === undefined ? undefined : this.#bridgeOf.get(peer)?.bridge;
      return other && !next.has(other.name) ? this.belowBridge(other, next) : [];
    });
  }
}

/** A device whose far side is outside of what was recorded: hardware, a bond, or a veth whose peer is in no recorded namespace. */
export function isNic(link: Link): boolean {
  switch (link.kind) {
    case "physical":
    case "bond":
      return true;
    case "veth":
      return link.linkName === undefined;
    default:
      return false;
  }
}
