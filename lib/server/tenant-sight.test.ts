/** What leaves the server for a tenant, read as text, in a cloud where others have their objects beside and among his. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TraceEnd } from "../api/http.ts";
import type { ReachEvent } from "../api/reach.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { TraceEvent, VerdictEvent } from "../datapath/event.ts";
import { administratorOf, Objects } from "../demo-cloud/objects.ts";
import { type EmbeddedCloud, openEmbedded, storePlace } from "../embedded.ts";
import { tracePcapng } from "../pcapng/trace.ts";
import { server } from "../server.ts";
import { cloudOf } from "../simulation/world.ts";
import { Metrics } from "./metrics.ts";
import { reachability, reachParameters } from "./reachability.ts";
import { type Session, sessionWith } from "./session.ts";
import { type Sight, sightOf } from "./sight.ts";
import { tenantCloud } from "./tenant-cloud.ts";

const KEY = Symbol.for("underlay.server");
const dir = mkdtempSync(path.join(tmpdir(), "tenant-"));
const ending = new AbortController();
let cloud: EmbeddedCloud;
let whole: CollectedCloud;
let session: Session;
let sight: Sight;
/** Texts that are none of the tenant's business. */
let secrets: string[];

async function login(user: string, project: string): Promise<Session> {
  const domain = { id: "default" };
  const { secret } = await cloud.identity.login({
    methods: [{ method: "password", user: { name: user, domain }, password: "underlay" }],
    scope: { type: "project", project: { name: project, domain } },
    source: "test",
  });
  const found = await sessionWith(cloud.identity, secret);
  if (!found) throw new Error("no session");
  return found;
}

/** Another project with a network, a router and a guest of its own, one guest in a shared network, and one in the tenant's. */
async function settle(): Promise<void> {
  const { identity, neutron, compute } = cloud;
  const rival = await identity.projects.create({ name: "rival-project" });
  const user = await identity.users.byName("default", "admin");
  const objects = new Objects({ neutron, compute, context: administratorOf(rival.id, user?.id ?? "") });
  const network = await objects.create("network", { name: "rival-net", project_id: rival.id });
  const subnet = await objects.create("subnet", {
    name: "rival-subnet",
    network_id: network,
    cidr: "10.66.7.0/24",
    ip_version: 4,
    project_id: rival.id,
  });
  const [external] = await objects.list("network", { "router:external": ["True"] });
  const router = await objects.create("router", {
    name: "rival-router",
    project_id: rival.id,
    external_gateway_info: { network_id: external?.id },
  });
  await objects.attach(router, subnet);
  const group = await objects.create("security_group", { name: "rival-group", project_id: rival.id });
  const port = await objects.server("rival-vm", { network, host: "compute1", group });
  await objects.floatingIp(String(external?.id), port);
  const shared = await objects.create("network", { name: "everybodys-net", shared: true, project_id: rival.id });
  await objects.create("subnet", {
    name: "everybodys",
    network_id: shared,
    cidr: "10.77.7.0/24",
    ip_version: 4,
    project_id: rival.id,
  });
  await objects.server("rival-shared-vm", { network: shared, host: "compute2", group });
}

/** Of hosts and of others, without what the tenant has or sees himself. */
function secretsOf(own: CollectedCloud): string[] {
  const { api, world } = whole;
  const ids = new Set(JSON.stringify(own.api).match(/[\w.:/-]+/g));
  const found = new Set<string>();
  for (const host of world.hosts) {
    found.add(host.name);
    for (const netns of host.namespaces) {
      if (netns.name !== "root") found.add(netns.name);
      for (const link of netns.links)
        if (!["lo", "eth0", "eth1"].includes(link.name)) found.add(link.name).add(link.mac);
      for (const { address, dev } of netns.addresses) if (dev !== "lo") found.add(address);
    }
    for (const bridge of host.ovs?.bridges ?? []) for (const one of [bridge, ...bridge.ports]) found.add(one.name);
  }
  for (const list of [api.networks, api.subnets, api.ports, api.routers, api.securityGroups, api.servers, api.agents])
    for (const one of list) {
      found.add(one.id);
      if ("name" in one) found.add(one.name);
    }
  for (const port of api.ports)
    for (const text of [port.mac_address, ...port.fixed_ips.map((ip) => ip.ip_address)]) found.add(text);
  for (const ip of api.floatingIps) found.add(ip.id).add(ip.floating_ip_address);
  for (const project of api.projects) found.add(project.id).add(project.name);
  return [...found].filter((text) => text.length > 3 && !ids.has(text) && !["admin", "default"].includes(text));
}

/** Whole words only: `172.16.10.2` is not in `172.16.10.20`. */
function leaks(text: string): string[] {
  return secrets.filter((one) =>
    new RegExp(`(?<![\\w.:-])${one.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w:-]|\\.\\d)`).test(text),
  );
}

beforeAll(async () => {
  cloud = await openEmbedded({
    place: storePlace(dir, {}),
    env: {},
    report: (error) => {
      throw error;
    },
    signal: ending.signal,
  });
  await settle();
  await cloud.simulation.settled();
  whole = cloudOf(cloud.simulation.moment());
  session = await login("demo", "demo");
  const clouds = { cloud: async () => whole };
  (globalThis as Record<symbol, unknown>)[KEY] = {
    clouds,
    embedded: async () => cloud,
    ending,
    metrics: new Metrics(),
  };
  sight = sightOf(session);
  secrets = secretsOf(await tenantCloud(cloud, whole, session));
}, 60_000);

afterAll(async () => {
  Reflect.deleteProperty(globalThis, KEY);
  ending.abort();
  await cloud.close();
  rmSync(dir, { recursive: true });
});

test("there is something to keep: hosts, devices, and all that the other project has", () => {
  expect(secrets).toEqual(
    expect.arrayContaining([
      "compute1",
      "network1",
      "br-int",
      "rival-vm",
      "rival-net",
      "rival-router",
      "rival-project",
    ]),
  );
  expect(leaks(JSON.stringify(whole.api)).length).toBeGreaterThan(50);
});

test("the topology is that of the project, with what is shared with it and the outside", async () => {
  const topology = await sight.topology("embedded");
  expect(leaks(JSON.stringify(topology))).toEqual([]);
  expect(topology.networks.map((one) => one.name)).toEqual(
    expect.arrayContaining(["extern_net", "everybodys-net", "vxlan10"]),
  );
  expect(topology.networks.find((one) => one.name === "everybodys-net")?.projectId).toBe("");
  expect(topology.instances.map((one) => one.name)).toContain("cirros-vm1");
  expect(topology.instances.every((one) => one.host === undefined && one.ports.every((port) => port.tap === ""))).toBe(
    true,
  );
  expect(topology.networks.every((one) => one.segmentationId === undefined && one.physicalNetwork === undefined)).toBe(
    true,
  );
});

test("lists, details, ends and searches hold nothing else", async () => {
  const answers = [
    await sight.list(),
    await sight.summary("embedded"),
    await sight.detail("embedded"),
    await sight.ends("embedded"),
  ];
  expect(leaks(JSON.stringify(answers))).toEqual([]);
  expect(await sight.summary("embedded")).toMatchObject({ hosts: 0 });
  for (const q of ["compute", "rival", "br-int", "tap", "10.66.7", "fa:16:3e", "qrouter", "172", "cirros"])
    expect([q, leaks(JSON.stringify(await sight.search("embedded", q)))]).toEqual([q, []]);
  expect(await sight.search("embedded", "rival")).toEqual([]);
  expect((await sight.search("embedded", "cirros-vm1"))[0]).toMatchObject({ kind: "instance", label: "cirros-vm1" });
});

test("other clouds, and this one's hosts, are not there", async () => {
  await expect(sight.cloud("embedded")).rejects.toMatchObject({ code: "not_found" });
  for (const id of ["legacy", "dvr", "nope"]) {
    await expect(sight.topology(id)).rejects.toMatchObject({ code: "not_found" });
    await expect(sight.summary(id)).rejects.toMatchObject({ code: "not_found" });
  }
});

describe("traces", () => {
  const trace = async (from: string, to: string, proto: "icmp" | "tcp" = "icmp") => [
    ...(await sight.trace("embedded", { from, to, proto })),
  ];
  const verdictOf = (events: readonly TraceEvent[]) => events.at(-1) as VerdictEvent; // The last always is.

  test("between all that the project can name tell of nothing else, nor do their captures", async () => {
    const ends = await sight.ends("embedded");
    const others = ["8.8.8.8", ...whole.world.guests.flatMap((one) => one.fixedIps.map((ip) => ip.address))];
    const senders = ends.filter((one) => one.canSend && one.kind === "instance").map((one) => one.value);
    const found: string[] = [];
    for (const from of senders.filter((_, at) => at % 3 === 0))
      for (const to of new Set([...ends.map((one: TraceEnd) => one.value), ...others])) {
        const events = await trace(from, to);
        const text = `${JSON.stringify(events)}${Buffer.from(tracePcapng(events, new Date(0))).toString("latin1")}`;
        found.push(...leaks(text.replaceAll(to, "")).map((one) => `${from} → ${to}: ${one}`));
        if (/"(?:vxlan|geneve|gre|vlan|inner_vlan)":/.test(text)) found.push(`${from} → ${to}: encapsulation`);
      }
    expect(found).toEqual([]);
  });

  test("end as the whole cloud's do", async () => {
    const { startTrace } = await import("./trace-request.ts");
    for (const [from, to] of [
      ["cirros-vm1", "cirros-vm2"],
      ["cirros-vm1", "cirros-vm3"],
      ["cirros-vm1", "cirros-vm5"],
      ["cirros-vm1", "vlan-vm1"],
      ["dvr-vm1", "dvr-vm2"],
      ["vlan-vm1", "vlan-vm2"],
    ] as const) {
      const all = [...startTrace(whole, { from, to, proto: "icmp" })].at(-1);
      expect(verdictOf(await trace(from, to))).toMatchObject({
        outcome: (all as VerdictEvent).outcome,
        code: (all as VerdictEvent).code,
      });
    }
  });

  test("show the project's own in full, and the rest as one step", async () => {
    const events = await trace("cirros-vm1", "cirros-vm3");
    const request = events.filter((one) => one.kind !== "verdict" && one.leg === "request");
    expect(request.map((one) => `${one.host}: ${one.kind === "redacted" ? one.text : one.kind}`)).toEqual([
      "cirros-vm1: frame",
      "cirros-vm1: default egress any allows it",
      "Provider network: carried",
      "Router router10_11: frame",
      "Router router10_11: route to 172.16.11.0/24",
      "Router router10_11: frame",
      "Provider network: carried",
      expect.stringMatching(/^cirros-vm3: default ingress (?:icmp|any) allows it$/),
      "cirros-vm3: frame",
      "cirros-vm3: deliver",
    ]);
    expect(events.map((one) => one.seq)).toEqual(events.map((_, at) => at));
    expect(verdictOf(events).summary).toBe("cirros-vm1 reached cirros-vm3, and the reply came back.");
  });

  test("a security group of the project's own is named", async () => {
    const events = await trace("cirros-vm1", "cirros-vm5");
    expect(verdictOf(events)).toMatchObject({
      outcome: "dropped",
      code: "SECURITY_GROUP_DENIED",
      host: "cirros-vm5",
      resource: { type: "security_group", name: "noicmp" },
      summary: "No rule of security group noicmp allows the request; it was dropped at the instance cirros-vm5.",
    });
    expect(events.at(-2)).toMatchObject({
      kind: "redacted",
      by: "security group",
      outcome: "dropped",
      host: "cirros-vm5",
    });
  });

  test("a verdict is a sentence, whatever it begins with", async () => {
    expect(verdictOf(await trace("vlan-vm1", "cirros-vm1")).summary).toMatch(/^The instance vlan-vm1 has no /);
  });

  test("what the provider's network drops is dropped there, and no more is said", async () => {
    const { hosts } = whole.world;
    const broken = hosts.map((host) => ({
      ...host,
      ...(host.ovs && {
        ovs: {
          ...host.ovs,
          bridges: host.ovs.bridges.map((one) => (one.name === "br-tun" ? { ...one, flows: [] } : one)),
        },
      }),
    }));
    const { tenantTrace } = await import("./tenant-trace.ts");
    const own = await tenantCloud(cloud, whole, session);
    const dead = { ...whole, world: { ...whole.world, hosts: broken } };
    const events = tenantTrace(dead, { ...own }, { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp" });
    expect(leaks(JSON.stringify(events))).toEqual([]);
    expect(verdictOf(events).outcome).toBe("dropped");
    expect(events.at(-2)).toMatchObject({ kind: "redacted", by: "provider", outcome: "dropped", text: "dropped here" });
    expect(verdictOf(events)).toMatchObject({ host: "Provider network" });
    expect(verdictOf(events).summary).toMatch(/dropped in the provider’s network, beyond your project/);
  });

  test.each(["rival-vm", "compute1", "br-int", "rival-router", "network1:root", "nothing"])(
    "%s names nothing that can be asked about",
    async (text) => {
      for (const [from, to, field] of [
        [text, "cirros-vm1", "from"],
        ["cirros-vm1", text, "to"],
      ] as const) {
        const failure = await trace(from, to).catch((error: unknown) => error);
        expect(failure).toMatchObject({ code: "bad_request", field });
        expect(leaks(String(failure).replaceAll(text, ""))).toEqual([]);
      }
    },
  );

  test("a matrix of his instances has no word of it either, and each of its traces is counted", async () => {
    const { metrics } = server();
    const counted = async () =>
      [...(await metrics.text(cloud)).matchAll(/^underlay_traces_total\{.*\} (\d+)$/gm)].reduce(
        (sum, [, count]) => sum + Number(count),
        0,
      );
    const before = await counted();
    const matrix = reachability(await sight.still("embedded"), reachParameters.parse({}));
    const events: ReachEvent[] = [];
    for await (const event of matrix(ending.signal)) events.push(event);
    expect(leaks(JSON.stringify(events))).toEqual([]);
    const pairs = events.filter((event) => event.kind === "pair").length;
    expect(pairs).toBeGreaterThan(10);
    expect((await counted()) - before).toBe(pairs);
  });

  test("only instances of the project send", async () => {
    await expect(trace("172.16.10.1", "cirros-vm1")).rejects.toMatchObject({ field: "from" });
  });
});
