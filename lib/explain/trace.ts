/** A trace as people ask for it: names in, typed events with the Neutron objects behind them out. */
import type { TraceQuery } from "../api/http.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { TraceEvent } from "../datapath/event.ts";
import type { Probe } from "../datapath/walk/probe.ts";
import { walk } from "../datapath/walk.ts";
import type { HostState } from "../host/state.ts";
import { canonicalIp } from "../net/address.ts";
import { type Catalog, catalogOf, objectOfNamespace } from "./catalog.ts";
import { type End, EndError, resolveEnd } from "./end.ts";
import { Intent } from "./intent.ts";
import { resourceOf } from "./resource.ts";
import { summarize } from "./summary.ts";
import { type BridgeRole, bridgeRole, tableName } from "./tables.ts";
import { targetOf } from "./target.ts";

/**
 * Traces one exchange over a collected cloud. Throws EndError, before the first event, when `from` or `to` names nothing
 * or several things.
 */
export function traceCloud(cloud: CollectedCloud, query: TraceQuery): Generator<TraceEvent> {
  const { probe, from, to } = probeOf(cloud, query);
  return explained(cloud, probe, from, to);
}

interface Question {
  probe: Probe;
  from: End;
  to?: End;
}

export function probeOf(cloud: CollectedCloud, query: TraceQuery): Question {
  const from = resolveEnd(cloud, query.from, "from");
  if (!from.origin) throw new EndError("from", `from: ${from.label} cannot send: it is on no host of the snapshot`);
  const probe: Probe = { from: from.origin, proto: query.proto };
  if (query.dport !== undefined && query.proto !== "tcp" && query.proto !== "udp")
    throw new EndError("dport", `dport: ${query.proto} has no ports; tcp and udp have`);
  if (query.dport !== undefined) probe.dport = query.dport;
  if (query.size !== undefined) probe.size = query.size;
  if (query.df !== undefined) probe.df = query.df;
  if (query.ttl !== undefined) probe.ttl = query.ttl;
  if (query.fromAddress !== undefined) {
    const source = canonicalIp(query.fromAddress);
    if (source === undefined)
      throw new EndError(
        "fromAddress",
        `fromAddress: expected an IP address, not ${JSON.stringify(query.fromAddress.slice(0, 60))}`,
      );
    probe.source = source;
  }
  if (query.proto === "dhcp") {
    if (query.to !== undefined) throw new EndError("to", "to: dhcp takes none, it asks whichever server there is");
    if (from.origin.kind !== "guest")
      throw new EndError("from", `from: ${from.label} is no guest: only guests ask for addresses`);
    return { probe, from };
  }
  if (query.to === undefined) throw new EndError("to", "to: expected a server, port, address or host");
  const to = resolveEnd(cloud, query.to, "to");
  probe.to = targetOf(cloud, from, to, probe.source);
  return { probe, from, to };
}

function* explained(cloud: CollectedCloud, probe: Probe, from: End, to: End | undefined): Generator<TraceEvent> {
  const catalog = catalogOf(cloud.api);
  const hosts = new Map<string, HostState>(cloud.world.hosts.map((h) => [h.name, h]));
  const subject = { probe, from: nameOf(catalog, from, probe.source), to: to ? nameOf(catalog, to, probe.to) : "" };
  const intent = new Intent(cloud, catalog, probe, from, to);
  for (const event of guarded(cloud, probe)) {
    intent.see(event);
    if (event.kind === "verdict") {
      const refined = intent.refine(event);
      yield { ...refined, summary: summarize(subject, refined) };
      return;
    }
    const host = hosts.get(event.host);
    // The walk made this event for us alone.
    const resource = resourceOf(catalog, host, event);
    if (resource) event.resource = resource;
    if (event.kind === "flow" && host) {
      const table = tableName(roleOf(host, event.bridge), event.table);
      if (table !== undefined) event.tableName = table;
    }
    yield event;
  }
}

/** A walk over state that nobody foresaw ends as unknown, with what failed, and never takes the server with it. */
function* guarded(cloud: CollectedCloud, probe: Probe): Generator<TraceEvent> {
  let seq = 0;
  try {
    for (const event of walk(cloud.world, probe)) {
      seq = event.seq + 1;
      yield event;
    }
  } catch (error) {
    const { from } = probe;
    const place =
      from.kind === "guest"
        ? { host: from.guest.host, netns: `guest:${from.guest.name}`, device: "eth0" }
        : { host: from.host, netns: from.netns, device: "lo" };
    const text = `the engine could not go on: ${error instanceof Error ? error.message : String(error)}`;
    const element = { type: "gap", text } as const;
    yield {
      kind: "verdict",
      seq,
      outcome: "unknown",
      code: "STATE_INCOMPLETE",
      leg: "request",
      branch: "0",
      ...place,
      element,
      summary: "",
    };
  }
}

const roles = new WeakMap<HostState, Map<string, BridgeRole | undefined>>();

function roleOf(host: HostState, bridge: string): BridgeRole | undefined {
  let known = roles.get(host);
  if (!known) {
    known = new Map();
    roles.set(host, known);
  }
  if (!known.has(bridge)) known.set(bridge, bridgeRole(host, bridge));
  return known.get(bridge);
}

function nameOf(catalog: Catalog, end: End, address: string | undefined): string {
  const name = end.guest?.name ?? serviceName(catalog, end) ?? end.label;
  return address === undefined || name === address ? name : `${name} (${address})`;
}

/** Whose namespace an end is, by Neutron's name; undefined where Neutron knows of none. */
function serviceName(catalog: Catalog, { origin }: End): string | undefined {
  if (origin?.kind !== "netns") return undefined;
  const owner = objectOfNamespace(catalog, origin.netns);
  if (!owner) return undefined;
  const name = owner.name ?? owner.id;
  if (owner.type === "router") return `router ${name} on ${origin.host}`;
  return `${origin.netns.startsWith("fip-") ? "floating IP namespace" : "DHCP server"} of ${name} on ${origin.host}`;
}
