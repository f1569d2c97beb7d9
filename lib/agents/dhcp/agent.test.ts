/** The DHCP agent's plan, against the namespaces that a real one left on network1. */
import { describe, expect, test } from "vitest";
import { readBundle } from "../../collect/bundle.ts";
import type { HostState, Namespace } from "../../host/state.ts";
import { settingsOf } from "../../intent/settings.ts";
import { hostViews } from "../../intent/views.ts";
import type { HostView } from "../view.ts";
import { DHCP } from "./agent.ts";

const isDhcp = (name: string | undefined) => name?.startsWith("qdhcp-") ?? false;

/** As it was before the agent ran. */
function without(host: HostState): HostState {
  const bridges = host.ovs?.bridges.map((bridge) => ({
    ...bridge,
    ports: bridge.ports.filter((port) => !port.interfaces.some((one) => isDhcp(one.netns))),
  }));
  return {
    ...host,
    namespaces: host.namespaces.filter((ns) => !isDhcp(ns.name)),
    processes: host.processes.filter((one) => !isDhcp(one.netns)),
    dnsmasq: [],
    ...(host.ovs && bridges && { ovs: { ...host.ovs, bridges } }),
  };
}

const run = (view: HostView, host: HostState) => DHCP.steps.reduce((now, step) => step.plan(view, now), host);
const sorted = <T>(all: readonly T[], key: (one: T) => string) => all.map(key).sort();
const stringify = (one: object) => JSON.stringify(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));

function rules(ns: Namespace, family: 4 | 6): string[] {
  const set = family === 4 ? ns.iptables : ns.ip6tables;
  return (set?.tables ?? []).flatMap((table) => [
    `*${table.name}`,
    ...table.chains.flatMap((chain) => [
      `:${chain.name} ${chain.policy ?? "-"}`,
      ...chain.rules.map((one) => one.text),
    ]),
  ]);
}

describe.each(["legacy", "dvr"])("network1 of the %s recording", async (name) => {
  const cloud = await readBundle(`lib/demo/${name}`);
  const real = cloud.world.hosts.find((one) => one.name === "network1");
  const view = hostViews(cloud.api, { settings: settingsOf(cloud.api.agents, new Set()), dvrMacs: [] }).get("network1");
  if (!real || !view) throw new Error("the recording has no network1");
  const planned = run(view, without(real));
  const namespaces = real.namespaces.filter((ns) => isDhcp(ns.name));

  test.each(namespaces.map((ns) => [ns.name, ns] as const))("%s is the same", (netns, was) => {
    const now = planned.namespaces.find((ns) => ns.name === netns);
    if (!now) throw new Error("it is missing");
    const links = (ns: Namespace) =>
      sorted(ns.links, ({ name, kind, mac, mtu, up }) => stringify({ name, kind, mac, mtu, up }));
    expect(links(now)).toEqual(links(was));
    expect(sorted(now.addresses, stringify)).toEqual(sorted(was.addresses, stringify));
    expect(sorted(now.routes, stringify)).toEqual(sorted(was.routes, stringify));
    expect(sorted(now.rules, stringify)).toEqual(sorted(was.rules, stringify));
    expect(sorted(now.listeners, stringify)).toEqual(sorted(was.listeners, stringify));
    expect(rules(now, 4)).toEqual(rules(was, 4));
    expect(rules(now, 6)).toEqual(rules(was, 6));
  });

  test("the same programs run", () => {
    const programs = (host: HostState) =>
      host.processes
        .filter((one) => isDhcp(one.netns))
        .map((one) => `${one.netns} ${one.command}`)
        .sort();
    expect(programs(planned)).toEqual(programs(real));
  });

  test("the ports are plugged into the integration bridge, dead until they are wired", () => {
    const ports = planned.ovs?.bridges.find((one) => one.name === "br-int")?.ports ?? [];
    for (const { port, network } of view.dhcpNetworks) {
      const plugged = ports.find((one) => one.name === `tap${port.id.slice(0, 11)}`);
      expect(plugged).toMatchObject({ tag: 4095 });
      expect(plugged?.interfaces[0]).toMatchObject({
        type: "internal",
        externalIds: { "iface-id": port.id, "attached-mac": port.mac, "iface-status": "active" },
        netns: `qdhcp-${network.id}`,
      });
    }
  });

  test("where a network's MTU is too small for IPv6, it is served all the same", () => {
    const small = view.dhcpNetworks.map((one) => ({ ...one, network: { ...one.network, mtu: 1279 } }));
    const host = run({ ...view, dhcpNetworks: small }, without(real));
    expect(host.dnsmasq).toHaveLength(planned.dnsmasq.length);
    const served = host.namespaces.filter((ns) => isDhcp(ns.name)).flatMap((ns) => ns.addresses);
    expect(served.filter(({ family, dev }) => family === 6 && dev !== "lo")).toEqual([]);
  });

  test("a second run changes nothing, nor does it on the host as it was recorded", () => {
    expect(run(view, planned)).toBe(planned);
    const again = run(view, real);
    expect(again.dnsmasq.map((one) => one.command).sort()).toEqual(real.dnsmasq.map((one) => one.command).sort());
    expect(again.ovs).toBe(real.ovs);
  });

  test("a network that is no longer served goes, and nothing else", () => {
    const [gone, ...dhcpNetworks] = view.dhcpNetworks;
    const left = run({ ...view, dhcpNetworks }, planned);
    const netns = `qdhcp-${gone?.network.id}`;
    expect(left.namespaces.map((ns) => ns.name)).toEqual(
      planned.namespaces.map((ns) => ns.name).filter((one) => one !== netns),
    );
    expect(left.dnsmasq.map((one) => one.netns)).not.toContain(netns);
    expect(left.processes.some((one) => one.netns === netns)).toBe(false);
    expect(JSON.stringify(left.ovs)).not.toContain(gone?.port.id);
  });
});
