/** Traces worth trying first in a cloud, made of its own ends. */
import type { Topology, TraceEnd } from "../api/http.ts";
import type { QueryDraft } from "./query.ts";

export interface Example {
  title: string;
  detail: string;
  query: QueryDraft;
}

/** Up to three, of different kinds; fewer where the cloud has not enough to trace. */
export function examplesOf(ends: readonly TraceEnd[], topology: Topology | undefined): Example[] {
  const instances = ends
    .filter((end) => end.kind === "instance" && end.canSend)
    .toSorted((a, b) => a.label.localeCompare(b.label, "en", { numeric: true }));
  return [across(instances, topology), fromOutside(ends), dhcp(instances), toOutside(ends, instances)]
    .filter((one) => one !== undefined)
    .slice(0, 3);
}

/** Two instances on different hosts, in different networks where there are such. */
function across(instances: readonly TraceEnd[], topology: Topology | undefined): Example | undefined {
  const placed = instances.flatMap((end) => {
    const instance = topology?.instances.find(
      (one) => one.name === end.label || one.id === end.value || one.ports.some((port) => port.id === end.value),
    );
    const port = instance?.ports[0];
    return instance?.host && port
      ? [{ end, host: instance.host, network: port.networkId, groups: port.securityGroupIds.join() }]
      : [];
  });
  const routed = new Set(topology?.routers.flatMap((router) => router.interfaces.map((one) => one.networkId)));
  const pairs = placed.flatMap((a) => placed.map((b) => ({ a, b }))).filter(({ a, b }) => a.host < b.host);
  const best =
    pairs.find(({ a, b }) => a.network !== b.network && routed.has(a.network) && routed.has(b.network)) ??
    pairs.find(({ a, b }) => a.network === b.network) ??
    pairs[0];
  if (!best) return instances[0] && instances[1] && example(instances[0], instances[1], "From one instance to another");
  const title = best.a.network === best.b.network ? "Across two hosts" : "Across two hosts and a router";
  return example(best.a.end, best.b.end, title);
}

function fromOutside(ends: readonly TraceEnd[]): Example | undefined {
  const outside = ends.find(
    (end) => end.kind === "host" && end.canSend && /outside|extern/i.test(`${end.label} ${end.detail}`),
  );
  const floating = ends.find((end) => end.kind === "floatingip");
  return outside && floating && example(outside, floating, "From outside to a floating IP");
}

function dhcp(instances: readonly TraceEnd[]): Example | undefined {
  const from = instances[0];
  return (
    from && {
      title: "How an address is leased",
      detail: `${from.label}, DHCP`,
      query: { from: from.value, proto: "dhcp" },
    }
  );
}

function toOutside(ends: readonly TraceEnd[], instances: readonly TraceEnd[]): Example | undefined {
  const from = instances.at(-1);
  const router = ends.find((end) => end.kind === "router");
  return from && router && example(from, router, "To a router");
}

function example(from: TraceEnd, to: TraceEnd, title: string): Example {
  return { title, detail: `${from.label} → ${to.label}`, query: { from: from.value, to: to.value } };
}
