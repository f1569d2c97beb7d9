/** What Neutron meant, held against how a walk ended: a raw code becomes the one that names the cause. */
import type { CollectedCloud } from "../collect/cloud.ts";
import type { Element, Resource, StepEvent, TraceEvent, VerdictEvent } from "../datapath/event.ts";
import type { Probe } from "../datapath/walk/probe.ts";
import type { HostState } from "../host/state.ts";
import { type Catalog, named, portOfDevice, portResource } from "./catalog.ts";
import type { End } from "./end.ts";
import { withGaps } from "./incomplete.ts";
import { refineAddress } from "./refine-address.ts";
import { secondOwner } from "./refine-duplicate.ts";
import { refineElement } from "./refine-element.ts";
import { toldGateway } from "./refine-gateway.ts";
import { refineSegment, wrongLocalVlan } from "./refine-segment.ts";
import { refineStale } from "./refine-stale.ts";
import { downTap, misplaced } from "./refine-wiring.ts";
import { resourceOfElement } from "./resource.ts";

/** What refinements know. */
export interface Case {
  cloud: CollectedCloud;
  catalog: Catalog;
  probe: Probe;
  from: End;
  to?: End;
  hosts: Map<string, HostState>;
  /** Last frame of the leg and branch that the verdict speaks of. */
  last?: StepEvent & { kind: "frame" };
  /** Last frame that any leg of the sender's own showed. */
  frames: (StepEvent & { kind: "frame" })[];
  /** What decided on the way, all legs. */
  fdb: (StepEvent & { kind: "fdb" })[];
  neighbours: (StepEvent & { kind: "neighbour" })[];
  flows: (StepEvent & { kind: "flow" })[];
  encaps: (StepEvent & { kind: "encap" })[];
  /** Copies that ended where the state does not tell how they go on. */
  lost: (StepEvent & { kind: "drop" })[];
  /** Where the request was taken. */
  delivered?: StepEvent;
}

export interface Refined {
  code: VerdictEvent["code"];
  outcome?: VerdictEvent["outcome"];
  element?: Element;
  resource?: Resource;
  place?: { host: string; netns: string; device: string };
}

export class Intent {
  readonly #case: Case;

  constructor(cloud: CollectedCloud, catalog: Catalog, probe: Probe, from: End, to: End | undefined) {
    const hosts = new Map(cloud.world.hosts.map((h) => [h.name, h]));
    this.#case = {
      cloud,
      catalog,
      probe,
      from,
      hosts,
      frames: [],
      fdb: [],
      neighbours: [],
      flows: [],
      encaps: [],
      lost: [],
      ...(to ? { to } : {}),
    };
  }

  see(event: TraceEvent): void {
    const c = this.#case;
    if (event.kind === "frame") c.frames.push(event);
    else if (event.kind === "flow") c.flows.push(event);
    else if (event.kind === "encap") c.encaps.push(event);
    else if (event.kind === "fdb") c.fdb.push(event);
    else if (event.kind === "neighbour") c.neighbours.push(event);
    else if (event.kind === "drop" && event.code === "STATE_INCOMPLETE") c.lost.push(event);
    else if (event.kind === "deliver" && event.leg === "request") c.delivered = event;
  }

  refine(verdict: VerdictEvent): VerdictEvent {
    const c = this.#case;
    const last = c.frames.findLast((f) => f.leg === verdict.leg && f.branch === verdict.branch);
    return withGaps(last ? { ...c, last } : c, this.#refined(verdict));
  }

  #refined(verdict: VerdictEvent): VerdictEvent {
    const c = this.#case;
    // What the state does not tell, nobody's intent tells either.
    if (verdict.outcome === "unknown") return withResource(c, verdict);
    const other = secondOwner(c, verdict);
    if (other) return withResource(c, apply(verdict, other));
    const wrong = wrongTaker(c);
    if (wrong && (verdict.outcome === "delivered" || verdict.code === "GUEST_REFUSED")) return apply(verdict, wrong);
    if (verdict.outcome === "delivered") return verdict;
    const last = c.frames.findLast((f) => f.leg === verdict.leg && f.branch === verdict.branch);
    const known: Case = last ? { ...c, last } : c;
    const stale =
      toldGateway(known, verdict) ??
      misplaced(known, verdict) ??
      downTap(known, verdict) ??
      refineStale(known, verdict) ??
      refineSegment(known, verdict) ??
      wrongLocalVlan(known, verdict);
    if (stale) return stale.resource ? apply(verdict, stale) : withResource(known, apply(verdict, stale));
    const byElement = refineElement(known, verdict);
    const first = byElement ? apply(verdict, byElement) : verdict;
    const byAddress = refineAddress(known, first);
    const final = byAddress ? apply(first, byAddress) : first;
    return final.resource ? final : withResource(known, final);
  }
}

function apply(verdict: VerdictEvent, r: Refined): VerdictEvent {
  return {
    ...verdict,
    code: r.code,
    ...(r.outcome ? { outcome: r.outcome } : {}),
    ...(r.element ? { element: r.element } : {}),
    ...(r.resource ? { resource: r.resource } : {}),
    ...r.place,
  };
}

function withResource(c: Case, verdict: VerdictEvent): VerdictEvent {
  const host = c.hosts.get(verdict.host);
  const fromElement = verdict.element && resourceOfElement(c.catalog, host, verdict.element);
  const place = resourceOfPlace(c, verdict);
  // In a router's namespace its ports are parts of it.
  const own =
    place?.type === "router" && (fromElement === undefined || fromElement.type === "port") ? place : undefined;
  const resource = own ?? fromElement ?? place ?? networkConcerned(c, verdict);
  return resource ? { ...verdict, resource } : verdict;
}

/** The network that a bridge carries the frame of, where the bridge's element names no port. */
function networkConcerned(c: Case, verdict: VerdictEvent): Resource | undefined {
  const type = verdict.element?.type;
  if (type !== "flow" && type !== "ovs-bridge") return undefined;
  const target = c.last && c.catalog.portByMac.get(c.last.packet.eth_dst);
  const network = c.catalog.networks.get((target ?? c.from.port)?.network_id ?? "");
  return network && named("network", network);
}

/**
 * A floating IP that its router answers for itself: what was sent did not reach the port behind it. A ping is answered all
 * the same, so that the outcome stays what it is.
 */
function wrongTaker(c: Case): Refined | undefined {
  const floating = c.probe.to === undefined ? undefined : c.catalog.floatingByAddress.get(c.probe.to);
  const at = c.delivered;
  if (!floating?.port_id || !at || !/^(qrouter|snat|fip)-/.test(at.netns)) return undefined;
  const name = floating.floating_ip_address;
  return {
    code: "NAT_MISSING",
    element: { type: "config", text: `no DNAT of ${name} to ${floating.fixed_ip_address} in ${at.netns}` },
    resource: { type: "floatingip", id: floating.id, name },
    place: { host: at.host, netns: at.netns, device: at.device },
  };
}

function resourceOfPlace(c: Case, verdict: VerdictEvent): Resource | undefined {
  const id = /^(?:qrouter|snat)-([0-9a-f-]{36})$/.exec(verdict.netns)?.[1];
  const router = id === undefined ? undefined : c.catalog.routers.get(id);
  if (router) return named("router", router);
  const port = portOfDevice(c.catalog, verdict.device);
  if (port) return portResource(c.catalog, port);
  return verdict.netns.startsWith("guest:") && c.from.port ? portResource(c.catalog, c.from.port) : undefined;
}
