/** A healthy cloud, as the catalogue of faults looks for places in it: who reaches whom, and over which devices. */
import type { TraceQuery } from "../api/http.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { TraceEvent, VerdictEvent } from "../datapath/event.ts";
import { traceCloud } from "../explain/trace.ts";
import type { HostState, OvsBridge } from "../host/state.ts";
import type { Guest } from "../host/world.ts";
import type { Flow } from "../net/openflow/ast.ts";
import { printMatch } from "../net/openflow/print.ts";

type FrameEvent = Extract<TraceEvent, { kind: "frame" }>;

/** A ping that works. */
export interface Way {
  readonly from: Guest;
  /** The guest that is pinged; undefined for an address outside. */
  readonly to: Guest | undefined;
  readonly query: TraceQuery;
  /** Frames of the request, in order. */
  readonly request: readonly FrameEvent[];
}

export class Scene {
  readonly cloud: CollectedCloud;
  private readonly ways = new Map<string, Way | undefined>();

  constructor(cloud: CollectedCloud) {
    this.cloud = cloud;
  }

  get guests(): readonly Guest[] {
    return this.cloud.world.guests;
  }

  host(name: string): HostState {
    const host = this.cloud.world.hosts.find((one) => one.name === name);
    if (!host) throw new Error(`there is no host ${name} in ${this.cloud.name}`);
    return host;
  }

  /** To each guest, from one of its network on another host. */
  *switched(): Generator<Way & { readonly to: Guest }> {
    yield* this.between((from, to) => from.networkId === to.networkId && from.host !== to.host);
  }

  /** The same, where the network is tunnelled (or of this type). */
  *switchedOver(...types: string[]): Generator<Way & { readonly to: Guest }> {
    for (const way of this.switched()) if (types.includes(this.networkType(way.to.networkId))) yield way;
  }

  /** To each guest, from one of another network: over a router. */
  *routed(): Generator<Way & { readonly to: Guest }> {
    yield* this.between((from, to) => from.networkId !== to.networkId);
  }

  /**
   * The same, where a distributed router does not send the packet around a fault of its own by its centre: it does so for
   * guests without a floating IP.
   */
  *routedStraight(): Generator<Way & { readonly to: Guest }> {
    const distributed = this.cloud.api.routers.some((one) => one.distributed);
    yield* this.between(
      (from, to) => from.networkId !== to.networkId && (!distributed || this.floatingIp(from) !== undefined),
    );
  }

  /** From each guest without a floating IP to the gateway of its router's external network. */
  *outward(): Generator<Way> {
    for (const { from, gateway } of this.gateways())
      if (!this.floatingIp(from)) {
        const way = this.way(from, undefined, gateway);
        if (way) yield way;
      }
  }

  /** To each floating IP, from a guest that has none and is not its own. */
  *toFloating(): Generator<Way & { readonly to: Guest; readonly address: string }> {
    for (const to of this.guests) {
      const address = this.floatingIp(to);
      if (address === undefined) continue;
      for (const from of this.guests) {
        if (from === to || this.floatingIp(from) !== undefined) continue;
        const way = this.way(from, to, address);
        if (!way) continue;
        yield { ...way, to, address };
        break;
      }
    }
  }

  networkType(id: string): string {
    return this.cloud.api.networks.find((one) => one.id === id)?.["provider:network_type"] ?? "";
  }

  floatingIp(guest: Guest): string | undefined {
    return this.cloud.api.floatingIps.find((one) => one.port_id === guest.portId)?.floating_ip_address;
  }

  /** undefined: the host has none of this name, as one whose agent uses Linux bridges. */
  bridge(host: string, name: string): OvsBridge | undefined {
    return this.host(host).ovs?.bridges.find((one) => one.name === name);
  }

  /** OpenFlow number and local VLAN of a port; undefined when it is not there. */
  port(host: string, bridge: string, name: string): { ofport: number; tag: number | undefined } | undefined {
    const port = this.bridge(host, bridge)?.ports.find((one) => one.name === name);
    const ofport = port?.interfaces[0]?.ofport;
    return port && ofport !== undefined ? { ofport, tag: port.tag } : undefined;
  }

  /** A guest's port of br-int: its qvo, or its tap under a firewall that needs no Linux bridge. */
  plugged({ host, portId }: Guest): { name: string; ofport: number; tag: number | undefined } | undefined {
    for (const name of [device("qvo", portId), device("tap", portId)]) {
      const port = this.port(host, "br-int", name);
      if (port) return { name, ...port };
    }
    return undefined;
  }

  private *between(fits: (from: Guest, to: Guest) => boolean): Generator<Way & { readonly to: Guest }> {
    for (const to of this.guests)
      for (const from of this.guests) {
        const address = to.fixedIps[0]?.address;
        if (from === to || address === undefined || !fits(from, to)) continue;
        const way = this.way(from, to, address);
        if (!way) continue;
        yield { ...way, to };
        break;
      }
  }

  private *gateways(): Generator<{ from: Guest; gateway: string }> {
    const { api } = this.cloud;
    for (const router of api.routers) {
      const external = api.subnets.find((one) => one.network_id === router.external_gateway_info?.network_id);
      if (!external?.gateway_ip) continue;
      const inside = new Set(api.ports.filter((port) => port.device_id === router.id).map((port) => port.network_id));
      for (const from of this.guests) if (inside.has(from.networkId)) yield { from, gateway: external.gateway_ip };
    }
  }

  private way(from: Guest, to: Guest | undefined, address: string): Way | undefined {
    const key = `${from.portId} ${address}`;
    if (!this.ways.has(key)) {
      const query: TraceQuery = { from: from.portId, to: address, proto: "icmp" };
      const { verdict, events } = run(this.cloud, query);
      const works = verdict.outcome === "delivered" || verdict.outcome === "exited";
      const request = events.filter((one): one is FrameEvent => one.kind === "frame" && one.leg === "request");
      this.ways.set(key, works ? { from, to, query, request } : undefined);
    }
    return this.ways.get(key);
  }
}

export function run(cloud: CollectedCloud, query: TraceQuery): { verdict: VerdictEvent; events: TraceEvent[] } {
  const events = [...traceCloud(cloud, query)];
  const verdict = events.at(-1);
  if (verdict?.kind !== "verdict") throw new Error("a trace ends with its verdict");
  return { verdict, events };
}

/** `tap`, `qbr`, `qvb`, `qvo`, `qr-`, … and as much of the port's id as a device's name holds. */
export function device(prefix: string, portId: string): string {
  return `${prefix}${portId.slice(0, 11)}`;
}

/** The strict line that takes exactly this flow away. */
export function removeFlow(bridge: string, flow: Flow): string {
  const match = printMatch(flow.match);
  const terms = [`table=${flow.table}`, `priority=${flow.priority}`, ...(match ? [match] : [])].join(",");
  return `ovs-ofctl -O OpenFlow13 --strict del-flows ${bridge} '${terms}'`;
}

export function field(flow: Flow, name: string): string | undefined {
  return flow.match.fields.find((one) => one.name === name)?.value;
}
