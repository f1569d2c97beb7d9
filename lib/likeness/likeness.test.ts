/**
 * The embedded cloud against the real one: the same networks, guests and router, made through its REST API, give the same
 * hosts, and pings take the same ways, up to ids, MACs and addresses that were drawn.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkCloud } from "../check/check.ts";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { VerdictEvent } from "../datapath/event.ts";
import { frames, fromFrame, fromHop, type RecordedCase } from "../explain/testing/recording.ts";
import { traceCloud } from "../explain/trace.ts";
import { canonicalFlow } from "../host/command/ovs/flow-table.ts";
import { parseCommands } from "../host/command/shell.ts";
import { ROOT } from "../host/edit.ts";
import type { HostState } from "../host/state.ts";
import { compareHosts, differenceText } from "../intent/compare.ts";
import { cloudOf } from "../simulation/world.ts";
import { unexplained } from "./differences.ts";
import { differingAnswers } from "./testing/answers.ts";
import { type Lab, openLab } from "./testing/lab.ts";
import { lend } from "./testing/lend.ts";
import { type Renaming, renaming } from "./testing/rename.ts";
import { buildScenario } from "./testing/scenario.ts";

/** Codes of the pings that fail. */
const FAILURES: Readonly<Record<string, string>> = {
  "icmp-blocked-same-host": "SECURITY_GROUP_DENIED",
  "icmp-blocked-cross-host": "SECURITY_GROUP_DENIED",
  "icmp-blocked-routed": "SECURITY_GROUP_DENIED",
  "vlan-to-other-net": "ROUTER_INTERFACE_MISSING",
  "nonexistent-same-net": "ARP_UNANSWERED",
  "external-to-private-no-route": "NO_ROUTE",
};

/** Codes of those before there was a router. */
const FAILURES_BEFORE: typeof FAILURES = {
  ...FAILURES,
  "cross-net-no-router": "ROUTER_INTERFACE_MISSING",
  "cross-net-no-router-same-host": "ROUTER_INTERFACE_MISSING",
};

function casesOf(file: string): { dhcp: RecordedCase[]; pings: RecordedCase[] } {
  const url = new URL(`../../e2e/recordings/${file}.json`, import.meta.url);
  const cases: RecordedCase[] = JSON.parse(readFileSync(url, "utf8")).cases;
  return { dhcp: cases.filter((one) => one.messages), pings: cases.filter((one) => !one.messages) };
}

describe.each(["legacy", "dvr"])("the recorded %s cloud, built in the embedded one", (name) => {
  let lab: Lab;
  let recorded: CollectedCloud;
  let embedded: CollectedCloud;
  let withoutRouter: CollectedCloud;
  let renamed: Renaming;
  /** In the words of the embedded cloud. */
  let realHosts: HostState[];

  beforeAll(async () => {
    recorded = await readBundle(`lib/demo/${name}`);
    lab = await openLab(name);
    const scenario = await buildScenario(lab.cloud, recorded.api);
    withoutRouter = await now();
    await scenario.router(name === "dvr");
    embedded = await now();
    renamed = renaming(recorded, embedded);
    realHosts = renamed.data(recorded.world.hosts);
  });
  afterAll(async () => {
    await lab.close();
  });

  it("has the same objects", () => {
    // A project of the real services' own users, and what nobody uses in it.
    expect(renamed.unmatched.filter((one) => !/^(project service|group \w+ default)$/.test(one))).toEqual([]);
  });

  it("answers as the real services", async () => {
    expect(await differingAnswers(lab.cloud, name, renamed)).toEqual([]);
  });

  it.each(["network1", "compute1", "compute2", "outside"])("%s is the same host", (hostName) => {
    const [real, ours] = [realHosts, embedded.world.hosts].map((hosts) => hosts.find((one) => one.name === hostName));
    if (!real || !ours) throw new Error(`no ${hostName}`);
    const differences = compareHosts(real, ours, { numbers: "named" });
    expect(unexplained(differences).map(differenceText)).toEqual([]);
    expect(servicesOf(ours)).toEqual(servicesOf(real));
  });

  it("has flows in the words of the switch", () => {
    const flows = embedded.world.hosts.flatMap(({ ovs }) => ovs?.bridges.flatMap((bridge) => bridge.flows) ?? []);
    expect(flows.length).toBeGreaterThan(100);
    // What is known of a flow is known of this very object.
    expect(flows.map((one) => canonicalFlow(structuredClone(one)))).toEqual(flows);
  });

  it("is as its agents want it", () => {
    expect(checkCloud(embedded).hosts.flatMap((host) => host.differences)).toEqual([]);
  });

  describe.each([
    ["before there is a router", "truth-no-router"],
    ["with the router", "truth"],
  ])("%s", (_, file) => {
    const { dhcp, pings } = casesOf(`${name}/${file}`);
    const codes = file === "truth" ? FAILURES : FAILURES_BEFORE;
    const cloudThen = () => (file === "truth" ? embedded : withoutRouter);

    it.each(pings.map((one) => [one.id, one] as const))("ping %s", async (id, one) => {
      const withRoute = id === "external-to-private-with-route";
      if (withRoute) await changeRoute("add");
      const then = withRoute ? await now() : cloudThen();
      if (withRoute) await changeRoute("del");
      const query = { from: one.src, to: renamed.text(one.dst), proto: "icmp" } as const;
      const events = [...traceCloud(taught(then), query)];
      for (const [leg, side] of [
        ["arp-request", one.arp_request],
        ["arp-reply", one.arp_reply],
        ["request", one.request],
        ["reply", one.reply],
      ] as const) {
        const [is, was] = [frames(events, leg).map(fromFrame), renamed.data(side?.hops ?? []).map(fromHop)];
        // Broadcasts go everywhere at once, and of the answers some were captured twice.
        if (leg.startsWith("arp")) expect([...new Set(is)].sort(), leg).toEqual([...new Set(was)].sort());
        else expect(is, leg).toEqual(was);
      }
      for (const verdict of [verdictOf(events), verdictOf([...traceCloud(then, query)])])
        expect(verdict).toMatchObject({
          outcome: one.ok ? "delivered" : "dropped",
          code: codes[id] ?? "DELIVERED",
        });
    });

    it.each(dhcp.map((one) => [one.id, one] as const))("%s", (_id, { src, messages = {} }) => {
      const events = [...traceCloud(taught(cloudThen()), { from: src, proto: "dhcp" })];
      expect(verdictOf(events).code).toBe("DELIVERED");
      for (const [type, { hops }] of Object.entries(messages))
        expect(frames(events, `dhcp-${type.toLowerCase()}`).map(fromFrame).sort(), type).toEqual(
          renamed.data(hops).map(fromHop).sort(),
        );
    });
  });

  /** Once all that was asked for has reached the hosts. */
  async function now(): Promise<CollectedCloud> {
    await lab.cloud.simulation.settled();
    return cloudOf(lab.cloud.simulation.moment());
  }

  function taught(cloud: CollectedCloud): CollectedCloud {
    return lend(cloud, realHosts);
  }

  /** To the guests' network by the router's outer address: it was there during one of the pings only. */
  async function changeRoute(what: "add" | "del"): Promise<void> {
    const [router] = embedded.api.routers;
    const via = router?.external_gateway_info?.external_fixed_ips[0]?.ip_address;
    const failure = await lab.cloud.simulation.byHand(
      "outside",
      parseCommands(`ip route ${what} 172.16.10.0/24 via ${via}`),
    );
    expect(failure).toBeUndefined();
  }
});

/** What runs in namespaces, and what is listened on anywhere. */
function servicesOf({ processes, namespaces }: HostState): string[] {
  const inside = processes.filter(({ netns }) => netns !== undefined && netns !== ROOT);
  return [
    ...inside.map(({ netns, command }) => `${netns} ${command}`),
    ...namespaces.flatMap(({ name, listeners }) =>
      listeners.map(({ proto, address, port, process }) => `${name} ${proto} ${address} ${port} ${process}`),
    ),
  ].sort();
}

function verdictOf(events: readonly { readonly kind: string }[]): VerdictEvent {
  return events.at(-1) as VerdictEvent; // What a trace ends with.
}
