/**
 * The recorded pings: what real captures showed on every device of every host, against what the engine says.
 * The recordings are in e2e/recordings, the state of the clouds at that moment in lib/demo.
 */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { TraceQuery } from "../api/http.ts";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { frames, fromFrame, fromHop, type RecordedCase } from "../explain/testing/recording.ts";
import { traceCloud } from "../explain/trace.ts";
import type { Route } from "../host/state.ts";
import type { VerdictEvent } from "./event.ts";

const CLOUDS = ["legacy", "dvr"] as const;
const url = (path: string) => new URL(`../../${path}`, import.meta.url);

function truth(cloud: string): RecordedCase[] {
  return JSON.parse(readFileSync(url(`e2e/recordings/${cloud}/truth.json`), "utf8")).cases;
}

const sorted = (list: string[]) => [...new Set(list)].sort();

/** Codes of the pings that fail, and the device that their paths end at. */
const FAILURES: Record<string, { code: string; leg: string; device?: string }> = {
  "icmp-blocked-same-host": { code: "SECURITY_GROUP_DENIED", leg: "request", device: "qbr1f69615b-95" },
  "icmp-blocked-cross-host": { code: "SECURITY_GROUP_DENIED", leg: "request", device: "qbr1f69615b-95" },
  "icmp-blocked-routed": { code: "SECURITY_GROUP_DENIED", leg: "request", device: "qbr1f69615b-95" },
  "vlan-to-other-net": { code: "ROUTER_INTERFACE_MISSING", leg: "arp-request", device: "eth0" },
  "nonexistent-same-net": { code: "ARP_UNANSWERED", leg: "arp-request", device: "eth0" },
  "external-to-private-no-route": { code: "NO_ROUTE", leg: "request" },
};

/** The route that was on the outside machine during that ping only: by the router's outer address. */
function withRoute(cloud: CollectedCloud): CollectedCloud {
  const gateway = cloud.api.routers[0]?.external_gateway_info?.external_fixed_ips[0]?.ip_address;
  const route: Route = {
    family: 4,
    type: "unicast",
    dst: "172.16.10.0/24",
    table: "main",
    via: gateway!,
    dev: "eth0",
    metric: 0,
    flags: [],
  };
  const hosts = cloud.world.hosts.map((h) =>
    h.name === "outside" ? { ...h, namespaces: h.namespaces.map((n) => ({ ...n, routes: [...n.routes, route] })) } : h,
  );
  return { ...cloud, world: { ...cloud.world, hosts } };
}

for (const name of CLOUDS)
  describe(`recorded cloud ${name}`, () => {
    let cloud: CollectedCloud;
    beforeAll(async () => {
      cloud = await readBundle(url(`lib/demo/${name}`).pathname);
    });

    for (const c of truth(name).filter((x) => !x.messages))
      it(`${c.id}: ${c.src} pings ${c.dst}`, () => {
        const query: TraceQuery = { from: c.src, to: c.dst, proto: "icmp" };
        const world = c.id === "external-to-private-with-route" ? withRoute(cloud) : cloud;
        const events = [...traceCloud(world, query)];
        const verdict = events.at(-1) as VerdictEvent;
        expect(frames(events, "arp-request").map(fromFrame).sort(), "ARP request").toEqual(
          (c.arp_request?.hops ?? []).map(fromHop).sort(),
        );
        expect(sorted(frames(events, "arp-reply").map(fromFrame)), "ARP reply").toEqual(
          sorted((c.arp_reply?.hops ?? []).map(fromHop)),
        );
        expect(frames(events, "request").map(fromFrame), "request").toEqual((c.request?.hops ?? []).map(fromHop));
        expect(frames(events, "reply").map(fromFrame), "reply").toEqual((c.reply?.hops ?? []).map(fromHop));
        expect(verdict.outcome).toBe(c.ok ? "delivered" : "dropped");
        const failure = FAILURES[c.id];
        expect(verdict.code).toBe(failure?.code ?? "DELIVERED");
        if (failure) expect(verdict.leg).toBe(failure.leg);
        if (failure?.device) expect(verdict.device).toBe(failure.device);
        expect(verdict.summary).not.toBe("");
      });

    for (const c of truth(name).filter((x) => x.messages))
      it(`${c.id}: ${c.src} asks for an address`, () => {
        const events = [...traceCloud(cloud, { from: c.src, proto: "dhcp" })];
        expect((events.at(-1) as VerdictEvent).code).toBe("DELIVERED");
        for (const [type, side] of Object.entries(c.messages ?? {}))
          expect(frames(events, `dhcp-${type.toLowerCase()}`).map(fromFrame).sort(), type).toEqual(
            side.hops.map(fromHop).sort(),
          );
      });
  });
