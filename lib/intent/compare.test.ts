import { beforeAll, describe, expect, it } from "vitest";
import { baseline } from "../agents/baseline/baseline.ts";
import { hostView, networkView, portView } from "../agents/testing/cloud.ts";
import { flowsOf } from "../agents/testing/run.ts";
import { readHost } from "../collect/host.ts";
import { findNamespace } from "../host/edit.ts";
import type { HostState, Namespace, OvsBridge } from "../host/state.ts";
import { parseFlow } from "../net/openflow/parse.ts";
import { compareHosts, type Difference, differenceText } from "./compare.ts";
import { planned } from "./recorded.ts";

let host: HostState;
beforeAll(async () => {
  host = await readHost("lib/demo/legacy/compute1");
});

function withRoot(change: (root: Namespace) => Partial<Namespace>): HostState {
  return {
    ...host,
    namespaces: host.namespaces.map((ns) => (ns.name === "root" ? { ...ns, ...change(ns) } : ns)),
  };
}

function withBridge(name: string, change: (bridge: OvsBridge) => Partial<OvsBridge>): HostState {
  const ovs = host.ovs;
  if (!ovs) throw new Error("no switch");
  return {
    ...host,
    ovs: { ...ovs, bridges: ovs.bridges.map((one) => (one.name === name ? { ...one, ...change(one) } : one)) },
  };
}

/** What the changed host is said to differ in from the recorded one. */
function found(actual: HostState): (Omit<Difference, "actual" | "desired"> & { text: string })[] {
  return compareHosts(actual, host).map((one) => {
    const { actual: _, desired: __, ...rest } = one;
    return { ...rest, text: differenceText(one) };
  });
}

it("tells nothing of what the native firewall keeps for a port that is dead now", () => {
  const network = networkView("10");
  const view = (adminUp: boolean) =>
    hostView({
      settings: { firewallDriver: "openvswitch" },
      networks: [network],
      ports: [portView("01", network, { hybridPlug: false, adminUp })],
    });
  const bare = baseline(view(true).settings);
  const grown = planned(view(false), planned(view(true), bare));
  expect(flowsOf(grown, "br-int", 82)).not.toEqual([]);
  expect(compareHosts(grown, planned(view(false), bare), { numbers: "named" }).map(differenceText)).toEqual([]);
});

describe("a difference", () => {
  it("of a lost flow names its table and its port", () => {
    const changed = withBridge("br-int", ({ flows }) => ({
      flows: flows.filter((flow) => !(flow.table === 25 && flow.match.fields.some((field) => field.value === "4"))),
    }));
    expect(found(changed)).toEqual([
      {
        kind: "missing",
        part: "flow",
        place: { bridge: "br-int", table: "25" },
        name: "priority=2,dl_src=fa:16:3e:5f:49:6f,in_port=4",
        resource: { type: "port", id: "cb9bcee4-5d53-4cd7-ac44-f7ad67ec3c06" },
        text: "missing flow [br-int 25] priority=2,dl_src=fa:16:3e:5f:49:6f,in_port=4: goto_table:30",
      },
    ]);
  });

  it("of a port on the dead VLAN says what it is and what it should be", () => {
    const changed = withBridge("br-int", ({ ports }) => ({
      ports: ports.map((port) => (port.name === "qvocb9bcee4-5d" ? { ...port, tag: 4095 } : port)),
    }));
    const [one, ...others] = compareHosts(changed, host);
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      kind: "different",
      part: "port",
      place: { bridge: "br-int", device: "qvocb9bcee4-5d" },
      resource: { type: "port", id: "cb9bcee4-5d53-4cd7-ac44-f7ad67ec3c06" },
    });
    expect(one?.actual).toMatch(/tag=4095$/);
    expect(one?.desired).toMatch(/tag=1$/);
  });

  it("of one lost rule is one, not one for each rule after it", () => {
    const changed = withRoot(({ iptables }) => ({
      ...(iptables && {
        iptables: {
          ...iptables,
          tables: iptables.tables.map((table) => ({
            ...table,
            chains: table.chains.map((chain) =>
              chain.name === "neutron-openvswi-icb9bcee4-5" ? { ...chain, rules: chain.rules.slice(1) } : chain,
            ),
          })),
        },
      }),
    }));
    expect(found(changed).map(({ kind, part, place }) => ({ kind, part, place }))).toEqual([
      { kind: "missing", part: "iptables", place: { netns: "root", table: "filter neutron-openvswi-icb9bcee4-5" } },
    ]);
  });

  it("of rules in another order is told, where the order decides", () => {
    const changed = withRoot(({ iptables }) => ({
      ...(iptables && {
        iptables: {
          ...iptables,
          tables: iptables.tables.map((table) => ({
            ...table,
            chains: table.chains.map((chain) =>
              chain.name === "neutron-openvswi-icb9bcee4-5" ? { ...chain, rules: chain.rules.toReversed() } : chain,
            ),
          })),
        },
      }),
    }));
    expect(found(changed).map(({ kind, name }) => `${kind} ${name}`)).toEqual(["different order of rules"]);
  });

  it("of a device, an address or a setting says where", () => {
    const changed = withRoot(({ links, addresses, sysctls }) => ({
      links: links.map((link) => (link.name === "eth1" ? { ...link, mtu: 1400 } : link)),
      addresses: addresses.filter((one) => one.address !== "10.0.44.31"),
      sysctls: { ...sysctls, "net.ipv4.conf.all.rp_filter": "1" },
    }));
    expect(found(changed).map(({ text }) => text.split("\n", 1)[0])).toEqual([
      "different link [root eth1] eth1",
      "unexpected sysctl [root] net.ipv4.conf.all.rp_filter: 1",
      "missing address [root br-phy] 10.0.44.31/24: scope=global",
    ]);
  });
});

describe("no difference", () => {
  it("is in counters, cookies, learned flows and MACs, and interface indexes", () => {
    const other = withBridge("br-tun", ({ flows }) => ({
      fdb: [{ port: 1, vlan: 1, mac: "fa:16:3e:00:00:01", age: 3 }],
      flows: flows
        .filter((flow) => flow.hardTimeout === 0)
        .map((flow) => ({ ...flow, cookie: "0x1", packets: 7, duration: 1 })),
    }));
    const renumbered = {
      ...other,
      namespaces: other.namespaces.map((ns) => ({
        ...ns,
        neighbours: [],
        links: ns.links.map((link) => ({ ...link, ifindex: link.ifindex + 100 })),
      })),
    };
    expect(compareHosts(renumbered, host)).toEqual([]);
  });

  it("is in port numbers and local VLANs given in another order, in the native firewall's registers", () => {
    const numbered = (ofport: number, tag: number) =>
      withBridge("br-int", ({ ports }) => ({
        ports: ports.map((port) => ({
          ...port,
          ...(port.tag === 1 && { tag, otherConfig: { ...port.otherConfig, tag: String(tag) } }),
          interfaces: port.interfaces.map((one) => (one.name === "qvocb9bcee4-5d" ? { ...one, ofport } : one)),
        })),
        flows: [
          `table=60, priority=100,in_port=${ofport} actions=set_field:${ofport}->reg5,set_field:${tag}->reg6,resubmit(,71)`,
          `table=82, priority=50,ct_state=+est-rel+rpl,ct_zone=${tag},ct_mark=0,reg5=${ofport} actions=output:${ofport}`,
        ].map(parseFlow),
      }));
    const flows = (all: Difference[]) => all.filter((one) => one.place.bridge === "br-int" && one.part === "flow");
    expect(flows(compareHosts(numbered(40, 11), numbered(4, 1), { numbers: "named" }))).toEqual([]);
    expect(flows(compareHosts(numbered(40, 11), numbered(4, 1)))).not.toEqual([]);
  });

  it("is in port numbers given in another order, where they count by what they stand for", () => {
    const swapped = new Map([
      ["4", "5"],
      ["5", "4"],
    ]);
    const change = (value: string) => swapped.get(value) ?? value;
    const other = withBridge("br-int", ({ flows, ports }) => ({
      ports: ports.map((port) => ({
        ...port,
        interfaces: port.interfaces.map((one) => ({ ...one, ofport: Number(change(String(one.ofport))) })),
      })),
      flows: flows.map((flow) => ({
        ...flow,
        match: {
          fields: flow.match.fields.map((field) =>
            field.name === "in_port" ? { ...field, value: change(field.value) } : field,
          ),
        },
      })),
    }));
    expect(compareHosts(other, host, { numbers: "named" })).toEqual([]);
    expect(compareHosts(other, host).length).toBeGreaterThan(0);
  });

  it("is in a setting that the recording does not tell of", () => {
    const wanted = withRoot(({ sysctls }) => ({
      sysctls: { ...sysctls, "net.ipv6.conf.eth0.accept_ra": "2" },
    }));
    expect(compareHosts(host, wanted)).toEqual([]);
    expect(findNamespace(host, "root")?.sysctls["net.ipv6.conf.eth0.accept_ra"]).toBeUndefined();
  });
});
