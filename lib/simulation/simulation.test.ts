/** Hosts follow what the API is told. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Agent } from "../agents/agent.ts";
import { parseCommands } from "../host/command/shell.ts";
import type { HostState, Namespace } from "../host/state.ts";
import { agents } from "../neutron/agent/agents.ts";
import { prepareAgents } from "../neutron/agent/hosts.ts";
import { setStopped } from "../neutron/agent/stopped.ts";
import { type TestService, testService } from "../neutron/testing/service.ts";
import { startAgent, stopAgent } from "./agent-control.ts";
import { markByHand, writeKept } from "./by-hand.ts";
import { Simulation } from "./simulation.ts";

/** Makes a namespace for each network that the host serves. */
const agent: Agent = {
  kind: "dhcp",
  steps: [
    {
      name: "namespaces",
      plan(view, host) {
        const wanted = view.dhcpNetworks.map((one) => `qdhcp-${one.network.id}`);
        const names = host.namespaces.map((ns) => ns.name).filter((name) => name !== "root");
        if (wanted.length === names.length && wanted.every((name) => names.includes(name))) return host;
        const kept = host.namespaces.filter((ns) => ns.name === "root" || wanted.includes(ns.name));
        const made = wanted.filter((name) => !names.includes(name)).map(emptyNamespace);
        return { ...host, namespaces: [...kept, ...made] };
      },
    },
  ],
};

let service: TestService;
let simulation: Simulation;
const ending = new AbortController();

async function open(): Promise<Simulation> {
  return Simulation.open({
    store: service.store,
    agents: [agent],
    signal: ending.signal,
    report(error) {
      throw error;
    },
  });
}

beforeEach(async () => {
  service = await testService();
  await service.neutron.change(service.admin, prepareAgents);
  simulation = await open();
});

afterEach(async () => {
  await service.close();
});

async function network(name: string, cidr: string): Promise<string> {
  const { body } = await service.call(service.admin, "POST", "networks", { network: { name } });
  const { id } = body.network;
  await service.call(service.admin, "POST", "subnets", { subnet: { network_id: id, cidr, ip_version: 4 } });
  return id;
}

function host(name: string): HostState {
  const found = simulation.moment().hosts.find((one) => one.name === name);
  if (!found) throw new Error(`no host ${name}`);
  return found;
}

const namespaces = (of = simulation) =>
  of.moment().hosts.flatMap((one) => (one.name === "network1" ? one.namespaces.map((ns) => ns.name) : []));

describe("the simulated hosts", () => {
  test("are those that have agents", () => {
    expect(simulation.moment().hosts.map((one) => one.name)).toEqual(["compute1", "compute2", "compute3", "network1"]);
  });

  test("follow changes of the API, and keep what did not change", async () => {
    const other = host("compute1");
    const a = await network("a", "10.0.0.0/24");
    await simulation.settled();
    expect(namespaces()).toContain(`qdhcp-${a}`);
    expect(host("compute1")).toBe(other);
    const before = simulation.moment();
    await simulation.settled();
    expect(simulation.moment()).toBe(before);
    for (const port of (await service.call(service.admin, "GET", `ports?network_id=${a}`)).body.ports)
      await service.call(service.admin, "DELETE", `ports/${port.id}`);
    await service.call(service.admin, "DELETE", `networks/${a}`);
    await simulation.settled();
    expect(namespaces()).not.toContain(`qdhcp-${a}`);
  });

  test("show the API's objects as the API does", async () => {
    const a = await network("a", "10.0.0.0/24");
    await service.call(service.admin, "POST", "ports", { port: { network_id: a, "binding:host_id": "compute1" } });
    await simulation.settled();
    const { api } = simulation.moment();
    for (const [path, key, shapes] of [
      ["networks", "networks", api.networks],
      ["subnets", "subnets", api.subnets],
      ["ports", "ports", api.ports],
      ["security-groups", "security_groups", api.securityGroups],
      ["agents", "agents", api.agents.map(({ alive: _, configurations: __, ...one }) => one)],
    ] as const) {
      const { body } = await service.call(service.admin, "GET", path);
      expect(shapes.length).toBe(body[key].length);
      expect(shapes.length).toBeGreaterThan(0);
      for (const one of body[key]) expect(one).toMatchObject(shapes.find((shape) => shape.id === one.id) ?? {});
    }
  });

  test("do nothing while their agent is stopped, keep what it made, and catch up", async () => {
    const [dhcp] = await agents.list(service.store.read, { keys: { agent_type: "DHCP agent" } });
    const id = dhcp?.id ?? "";
    const early = await network("early", "10.0.9.0/24");
    await simulation.settled();
    const programs = () =>
      simulation
        .moment()
        .hosts.find((one) => one.name === "network1")
        ?.processes.flatMap(({ command }) => /neutron-[a-z0-9]+-agent/.exec(command)?.[0] ?? []);
    const all = programs();
    expect(all).toContain("neutron-dhcp-agent");
    await stopAgent(service.neutron, id);
    const a = await network("a", "10.0.0.0/24");
    await simulation.settled();
    expect(namespaces()).not.toContain(`qdhcp-${a}`);
    expect(namespaces()).toContain(`qdhcp-${early}`);
    simulation = await open();
    expect(namespaces()).toContain(`qdhcp-${early}`);
    expect(namespaces()).not.toContain(`qdhcp-${a}`);
    expect(programs()).toEqual(all?.filter((one) => one !== "neutron-dhcp-agent"));
    await startAgent(service.neutron, id);
    await simulation.settled();
    expect(namespaces()).toContain(`qdhcp-${a}`);
    expect(programs()?.toSorted()).toEqual(all?.toSorted());
  });

  test("remember what was done by hand, also after a restart, until the agent starts anew", async () => {
    const a = await network("a", "10.0.0.0/24");
    await simulation.settled();
    const failure = await simulation.byHand("network1", parseCommands(`ip netns delete qdhcp-${a}`));
    expect(failure).toBeUndefined();
    const b = await network("b", "10.0.1.0/24");
    await simulation.settled();
    expect(namespaces()).not.toContain(`qdhcp-${a}`);
    expect(namespaces()).toContain(`qdhcp-${b}`);
    const old = simulation;
    simulation = await open();
    expect(namespaces()).not.toContain(`qdhcp-${a}`);
    expect(simulation.intended("network1")).toEqual(old.intended("network1"));

    const [dhcp] = await agents.list(service.store.read, { keys: { agent_type: "DHCP agent" } });
    for (const stopped of [true, false]) {
      await service.store.transaction((tx) => setStopped(tx, dhcp?.id ?? "", stopped));
      await simulation.settled();
    }
    expect(namespaces()).toContain(`qdhcp-${a}`);
  });

  test("are looked at anew by an agent that is restarted at once, also where another process changed them", async () => {
    const a = await network("a", "10.0.0.0/24");
    const [dhcp] = await agents.list(service.store.read, { keys: { agent_type: "DHCP agent" } });
    const id = dhcp?.id ?? "";
    const other = await open();
    const gone = parseCommands(`ip netns delete qdhcp-${a}`);
    const restart = () =>
      service.store.transaction(async (tx) => {
        await setStopped(tx, id, true);
        await setStopped(tx, id, false);
      });
    for (const by of [simulation, other]) {
      await by.byHand("network1", gone);
      await restart();
      for (const one of [simulation, other]) {
        await one.settled();
        expect(namespaces(one)).toContain(`qdhcp-${a}`);
      }
    }
    await restart();
    await other.byHand("network1", gone);
    for (const one of [simulation, other]) {
      await one.settled();
      expect(namespaces(one)).not.toContain(`qdhcp-${a}`);
    }
  });

  test("keep what another process does by hand while agents of this one are at work", async () => {
    const a = await network("a", "10.0.0.0/24");
    await simulation.settled();
    const gone = (netns: string) => parseCommands(`ip netns delete qdhcp-${netns}`);
    await simulation.byHand("network1", gone(a));
    const other = await open();
    const held = Promise.withResolvers<void>();
    const b = await network("b", "10.0.1.0/24");
    const done = service.store.transaction(async (tx) => {
      await held.promise;
      const there = other.intended("network1");
      if (!there) throw new Error("no such host");
      await writeKept(tx, "network1", { believed: there, actual: emptied(there) });
      await markByHand(tx, "network1", "a third process");
    });
    // They have done their work, and wait to write what came of it.
    for (const one of [simulation, other])
      await vi.waitFor(() => expect(namespaces(one)).toContain(`qdhcp-${b}`), { timeout: 20_000 });
    held.resolve();
    await done;
    for (const one of [simulation, other]) {
      await one.settled();
      expect(namespaces(one)).toEqual(["root"]);
    }
    expect(namespaces(await open())).toEqual(["root"]);
  });

  test("are what each of two processes makes of them by hand at the same instant", async () => {
    const other = await open();
    const bridge = (by: Simulation, name: string) =>
      by.byHand("network1", parseCommands(`ip link add ${name} type bridge`));
    const all = ["br1", "br2", "br3", "br4"];
    const failures = await Promise.all(all.map((name, i) => bridge(i % 2 === 0 ? simulation : other, name)));
    expect(failures.filter(Boolean)).toEqual([]);
    for (const one of [simulation, other, await open()]) {
      await one.settled();
      const host = one.moment().hosts.find(({ name }) => name === "network1");
      const links = host?.namespaces.find(({ name }) => name === "root")?.links.map(({ name }) => name);
      expect(links).toEqual(expect.arrayContaining(all));
    }
  });

  test("tell what an event led to", async () => {
    const a = await network("a", "10.0.0.0/24");
    await simulation.settled();
    const [deed] = simulation.history("network1", `qdhcp-${a}`);
    expect(deed?.agent).toBe("dhcp");
    expect(deed?.commands).toContain(`ip netns add qdhcp-${a}`);
    expect(deed?.causes.some((one) => one.what.startsWith("created port"))).toBe(true);
  });
});

function emptied(of: HostState): HostState {
  return { ...of, namespaces: of.namespaces.filter((ns) => ns.name === "root") };
}

function emptyNamespace(name: string): Namespace {
  return {
    name,
    links: [],
    addresses: [],
    routes: [],
    rules: [],
    neighbours: [],
    proxies: [],
    fdb: [],
    ipsets: [],
    conntrack: [],
    sysctls: {},
    listeners: [],
  };
}
