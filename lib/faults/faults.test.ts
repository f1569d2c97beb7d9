/**
 * Every kind of fault, at every place of the recorded clouds and of embedded ones: a trace names its code and its element,
 * and it can be undone.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { TraceQuery } from "../api/http.ts";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { VerdictEvent } from "../datapath/event.ts";
import { type EmbeddedCloud, openEmbedded, storePlace } from "../embedded.ts";
import { applyAll } from "../host/run.ts";
import type { OvsPort } from "../host/state.ts";
import { compareHosts } from "../intent/compare.ts";
import { openLab } from "../likeness/testing/lab.ts";
import { buildScenario } from "../likeness/testing/scenario.ts";
import { parseFlowDump } from "../net/openflow/parse.ts";
import { printFlow } from "../net/openflow/print.ts";
import { cloudOf } from "../simulation/world.ts";
import { withHosts } from "../whatif/repaired.ts";
import { FAULT_KINDS } from "./catalogue.ts";
import { DEVICE_FAULTS } from "./devices.ts";
import { FIREWALL_FAULTS } from "./firewall.ts";
import { FLOW_FAULTS } from "./flows.ts";
import { inject } from "./inject.ts";
import type { FaultKind } from "./kind.ts";
import { run, Scene } from "./scene.ts";

/** What a distributed router alone has, guests with a Linux bridge of their own, and those of Linux bridge hosts. */
const DISTRIBUTED = ["floating-ip-route-missing", "floating-proxy-arp-off"];
const HYBRID = ["qbr-down", "qvb-down", "qvo-down", "qvb-out-of-bridge", "qvo-mtu"];
const LINUX_BRIDGE = ["brq-down"];

const said = ({ element, host, netns, device }: VerdictEvent) =>
  `${JSON.stringify(element)} ${host} ${netns} ${device}`;

test("there are at least 40 kinds, each with a name of its own", () => {
  expect(new Set(FAULT_KINDS.map((one) => one.kind)).size).toBe(FAULT_KINDS.length);
  expect(FAULT_KINDS.length).toBeGreaterThanOrEqual(40);
});

const recorded = (name: string) => readBundle(new URL(`../demo/${name}`, import.meta.url).pathname);

async function momentOf({ simulation }: EmbeddedCloud): Promise<CollectedCloud> {
  await simulation.settled();
  return cloudOf(simulation.moment());
}

/** What a new cloud begins with: both kinds of routers, and a host of Linux bridges. */
async function demo(firewall = "iptables_hybrid"): Promise<CollectedCloud> {
  const data = mkdtempSync(path.join(tmpdir(), "underlay-faults-"));
  writeFileSync(path.join(data, "openvswitch_agent.ini"), `[securitygroup]\nfirewall_driver = ${firewall}\n`);
  const env = { UNDERLAY_NEUTRON_CONFIG: data };
  const ending = new AbortController();
  const report = (error: unknown) => {
    throw error;
  };
  const cloud = await openEmbedded({ place: storePlace(data, {}), env, signal: ending.signal, report });
  const moment = await momentOf(cloud);
  ending.abort();
  await cloud.close();
  rmSync(data, { recursive: true });
  return moment;
}

/** The recorded cloud with a distributed router, built by the embedded one. */
async function distributed(): Promise<CollectedCloud> {
  const lab = await openLab("dvr");
  const scenario = await buildScenario(lab.cloud, (await recorded("dvr")).api);
  await scenario.router(true);
  const moment = await momentOf(lab.cloud);
  await lab.close();
  return moment;
}

test("the tunnel that is missing is of the network's type", async () => {
  const cloud = await recorded("legacy");
  const asGre = (port: OvsPort): OvsPort => ({
    ...port,
    name: port.name.replace("vxlan", "gre"),
    interfaces: port.interfaces.map((one) => ({ ...one, name: one.name.replace("vxlan", "gre"), type: "gre" })),
  });
  const hosts = cloud.world.hosts.map((host) => {
    const bridges = host.ovs?.bridges.map((bridge) => ({
      ...bridge,
      ports: [...bridge.ports.filter(({ name }) => name.startsWith("vxlan")).map(asGre), ...bridge.ports],
    }));
    return host.ovs && bridges ? { ...host, ovs: { ...host.ovs, bridges } } : host;
  });
  const missing = FAULT_KINDS.find(({ kind }) => kind === "tunnel-missing");
  const places = [...(missing?.places(new Scene(withHosts(cloud, hosts))) ?? [])];
  expect(places.length).toBeGreaterThan(0);
  for (const { label, lines } of places)
    expect([label, lines.map(({ line }) => line)]).toEqual([
      expect.stringMatching(/, vxlan$/),
      [expect.stringContaining("del-port br-tun vxlan-")],
    ]);
});

/** With the kinds that there is no place for. */
const CLOUDS: Readonly<Record<string, [open: () => Promise<CollectedCloud>, without: readonly string[]]>> = {
  "recorded legacy": [() => recorded("legacy"), [...DISTRIBUTED, ...LINUX_BRIDGE]],
  "recorded dvr": [() => recorded("dvr"), LINUX_BRIDGE],
  "embedded demo": [() => demo(), []],
  "embedded demo with the native firewall": [() => demo("openvswitch"), HYBRID],
  "embedded dvr": [distributed, LINUX_BRIDGE],
};

/** What a firewall changes nothing about is tried at one place under the second one. */
const FILTERED: readonly FaultKind[] = [...DEVICE_FAULTS, ...FLOW_FAULTS, ...FIREWALL_FAULTS];

describe.each(Object.entries(CLOUDS))("in the cloud: %s", (name, [open, without]) => {
  let cloud: CollectedCloud;
  let scene: Scene;
  const known = new Map<string, string>();
  /** What a trace ends with before anything is broken: many places are traced to alike. */
  function healthyCode(query: TraceQuery): string {
    const key = JSON.stringify(query);
    const code = known.get(key) ?? run(cloud, query).verdict.code;
    known.set(key, code);
    return code;
  }
  beforeAll(async () => {
    cloud = await open();
    scene = new Scene(cloud);
  });

  test.each(FAULT_KINDS.map((one) => [one.kind, one] as const))("%s is found and named", (_name, kind) => {
    const limit = name.endsWith("native firewall") && !FILTERED.includes(kind) ? 1 : Infinity;
    const places = [...Iterator.from(kind.places(scene)).take(limit)];
    expect(places.length > 0).toBe(!without.includes(kind.kind));
    for (const place of places) {
      const healthy = healthyCode(place.trace);
      expect(healthy, place.label).not.toBe(kind.code);
      const { hosts, undo } = inject(cloud.world.hosts, place);
      const { verdict } = run(withHosts(cloud, hosts), place.trace);
      expect(verdict.code, `${place.label}: ${verdict.summary}`).toBe(kind.code);
      expect(said(verdict), place.label).toContain(place.names);
      for (const [i, host] of hosts.entries()) {
        const mended = undo
          .filter((one) => one.host === host.name)
          .reduce((now, one) => applyAll(now, one.commands), host);
        const whole = cloud.world.hosts[i];
        if (whole && mended !== whole) expect(compareHosts(mended, whole), `${place.label}, undone`).toEqual([]);
      }
    }
  });

  test("healthy, no ping fails where there is a way, but to the guest whose group admits none", () => {
    const { api, world } = cloud;
    const routers = (network: string) =>
      api.ports.flatMap((one) =>
        one.network_id === network ? api.routers.filter(({ id }) => id === one.device_id) : [],
      );
    const codes = world.guests.flatMap((from) =>
      world.guests.flatMap((to) => {
        const joined = routers(from.networkId).some((one) => routers(to.networkId).includes(one));
        if (from === to || !(joined || from.networkId === to.networkId) || to.name === "cirros-vm5") return [];
        const { verdict } = run(cloud, { from: from.portId, to: to.fixedIps[0]?.address, proto: "icmp" });
        return [`${from.name} to ${to.name}: ${verdict.code}`];
      }),
    );
    expect(codes.length).toBeGreaterThan(15);
    expect(codes.filter((one) => !one.endsWith(": DELIVERED"))).toEqual([]);
  });

  test("healthy, what is for an address beyond leaves the cloud", () => {
    const { api, world } = cloud;
    const out = api.routers.filter((one) => one.external_gateway_info).map(({ id }) => id);
    const joined = new Set(api.ports.flatMap((one) => (out.includes(one.device_id) ? [one.network_id] : [])));
    const guests = world.guests.filter((one) => joined.has(one.networkId));
    const codes = guests.map(
      ({ name, portId }) => `${name}: ${run(cloud, { from: portId, to: "198.51.100.7", proto: "icmp" }).verdict.code}`,
    );
    expect(codes).toEqual(guests.map(({ name }) => `${name}: EXITED_PHYSICAL_NETWORK`));
    expect(codes.length).toBeGreaterThan(4);
  });

  test.each([
    ["172.16.11.99", "qr-"],
    ["172.24.4.199", "qg-"],
  ])("nobody's %s is asked for by its router, not by the sender", (to, device) => {
    const { verdict } = run(cloud, { from: "cirros-vm2", to, proto: "icmp" });
    expect(verdict).toMatchObject({ code: "ARP_UNANSWERED", device: expect.stringContaining(device) });
    expect(verdict.element?.text).toContain(`${to} dev ${device}`);
  });
});

test("behind a floating IP of a distributed router, the group that denies is named", async () => {
  const cloud = await demo();
  const kind = FAULT_KINDS.find((one) => one.kind === "security-group-ingress-drop");
  const place = [...(kind?.places(new Scene(cloud)) ?? [])].find(({ label }) => label === "dvr-vm1");
  if (!place) throw new Error("no such place");
  const { hosts } = inject(cloud.world.hosts, place);
  const to = cloud.api.floatingIps.find((one) => one.fixed_ip_address === "172.16.20.3")?.floating_ip_address;
  for (const from of ["cirros-vm1", "cirros-vm2", "dvr-vm2"]) {
    const { verdict } = run(withHosts(cloud, hosts), { from, to, proto: "icmp" });
    expect(verdict.code, `${from}: ${verdict.summary}`).toBe("SECURITY_GROUP_DENIED");
    expect(said(verdict), from).toContain(place.names);
  }
});

test("with the native firewall, the group that denies is named", async () => {
  const cloud = await demo("openvswitch");
  for (const from of ["cirros-vm1", "cirros-vm2"])
    expect(run(cloud, { from, to: "cirros-vm5", proto: "icmp" }).verdict).toMatchObject({
      code: "SECURITY_GROUP_DENIED",
      resource: { type: "security_group", name: "noicmp" },
    });
});

test("with the native firewall, ARP from a wrong MAC is told from ARP for a wrong address", async () => {
  const cloud = await demo("openvswitch");
  const code = (from: RegExp, to: string) => {
    const hosts = cloud.world.hosts.map((host) => {
      if (host.name !== "compute1" || !host.ovs) return host;
      const bridges = host.ovs.bridges.map((bridge) => ({
        ...bridge,
        flows: bridge.flows.flatMap((flow) =>
          flow.table === 71 ? parseFlowDump(printFlow(flow).replace(from, to)).flows : [flow],
        ),
      }));
      return { ...host, ovs: { ...host.ovs, bridges } };
    });
    return run(withHosts(cloud, hosts), { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp" }).verdict.code;
  };
  expect(code(/arp_spa=[\d.]+/, "arp_spa=172.16.10.250")).toBe("ARP_SPOOF_BLOCKED");
  expect(code(/(?<=arp.*)dl_src=[^, ]+/, "dl_src=fa:16:3e:00:00:01")).toBe("PORT_SECURITY_BLOCKED");
});
