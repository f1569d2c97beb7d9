/** Frames that go to the wrong place, devices in the wrong one, and two owners of one address: what is named as the cause. */
import { beforeAll, describe, expect, it } from "vitest";
import type { TraceQuery } from "../api/http.ts";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { VerdictCode, VerdictEvent } from "../datapath/event.ts";
import { parseRule } from "../net/iptables/parse.ts";
import { parseFlowDump } from "../net/openflow/parse.ts";
import { printFlow } from "../net/openflow/print.ts";
import { Broken } from "./testing/broken.ts";
import { traceCloud } from "./trace.ts";

type Name = "legacy" | "dvr";
const VM2 = "56700a49-25";
const VM2_MAC = "fa:16:3e:6a:93:ba";
const VM4_MAC = "fa:16:3e:21:ca:1a";
const ping = (from: string, to: string): TraceQuery => ({ from, to, proto: "icmp" });
const VM1_TO_VM2 = ping("cirros-vm1", "cirros-vm2");
const VLAN = ping("vlan-vm1", "vlan-vm2");
const DHCP: TraceQuery = { from: "cirros-vm1", proto: "dhcp" };

/** Rewrites the flows whose text holds `part`. */
function reflow(b: Broken, host: string, bridge: string, part: RegExp, change: (text: string) => string): void {
  const x = b.bridge(host, bridge);
  const before = x.flows.map(printFlow);
  const after = before.map((t) => (part.test(t) ? change(t) : t));
  if (after.every((t, i) => t === before[i])) throw new Error("no such flow");
  x.flows = parseFlowDump(after.join("\n")).flows;
}

const tunnel = (b: Broken, host: string, remote: string) =>
  b
    .bridge(host, "br-tun")
    .ports.flatMap((p) => p.interfaces)
    .find((i) => i.options.remote_ip === remote)!;

interface Fault {
  name: string;
  on?: Name;
  break(b: Broken, name: Name): void;
  query: TraceQuery;
  code: VerdictCode;
  element: RegExp;
  at: string;
}

const FAULTS: Fault[] = [
  {
    name: "a tunnel to an address that nobody has",
    break: (b) => {
      tunnel(b, "compute1", "10.0.44.32").options.remote_ip = "10.0.44.99";
    },
    query: VM1_TO_VM2,
    code: "REMOTE_UNREACHABLE",
    element: /vxlan-0a002c20.*10\.0\.44\.99/,
    at: "compute1 root vxlan-0a002c20",
  },
  {
    name: "a tunnel to another host than its name says",
    break: (b) => {
      b.unplug("compute1", "br-tun", "vxlan-0a002c15");
      tunnel(b, "compute1", "10.0.44.32").options.remote_ip = "10.0.44.21";
    },
    query: VM1_TO_VM2,
    code: "TUNNEL_MISSING",
    element: /remote_ip=10\.0\.44\.21.*10\.0\.44\.32/,
    at: "compute1 root vxlan-0a002c20",
  },
  {
    name: "a tunnel from an address that the host does not have",
    break: (b) => {
      tunnel(b, "compute1", "10.0.44.32").options.local_ip = "10.0.44.77";
    },
    query: VM1_TO_VM2,
    code: "TUNNEL_MISSING",
    element: /local_ip=10\.0\.44\.77 is no address of compute1/,
    at: "compute1 root vxlan-0a002c20",
  },
  {
    name: "the receiver's tunnel is for another sender",
    break: (b) => {
      tunnel(b, "compute2", "10.0.44.31").options.remote_ip = "10.0.44.98";
    },
    query: VM1_TO_VM2,
    code: "TUNNEL_MISSING",
    element: /vxlan-0a002c1f: remote_ip=10\.0\.44\.98/,
    at: "compute2 root vxlan-0a002c1f",
  },
  {
    name: "the sender's key is another network's",
    break: (b) =>
      reflow(b, "compute1", "br-tun", new RegExp(`table=20.*${VM2_MAC}`), (t) =>
        t.replace("0xa->tun_id", "0xb->tun_id"),
      ),
    query: VM1_TO_VM2,
    code: "TUNNEL_KEY_UNKNOWN",
    element: /table=20.*0xb->tun_id/,
    at: "compute1 root br-tun",
  },
  {
    name: "the receiver turns the key into another VLAN",
    break: (b) =>
      reflow(b, "compute2", "br-tun", /table=4.*tun_id=0xa /, (t) =>
        t.replace(/set_field:\d+->vlan_vid/, "set_field:4173->vlan_vid"),
      ),
    query: VM1_TO_VM2,
    code: "VLAN_MISMATCH",
    element: /table=4.*4173/,
    at: "compute2 root br-tun",
  },
  {
    name: "a stale l2population entry to the wrong host",
    break: (b) =>
      reflow(b, "compute1", "br-tun", new RegExp(`table=20.*${VM2_MAC}`), (t) => t.replace("output:3", "output:2")),
    query: VM1_TO_VM2,
    code: "FDB_STALE",
    element: new RegExp(`table=20.*${VM2_MAC}.*output:2`),
    at: "compute1 root br-tun",
  },
  {
    name: "the ARP responder has another guest's MAC",
    break: (b) =>
      reflow(b, "compute1", "br-tun", /table=21.*arp_tpa=172\.16\.10\.126 /, (t) =>
        t.replaceAll(VM2_MAC, VM4_MAC).replaceAll("0xfa163e6a93ba", "0xfa163e21ca1a"),
      ),
    query: VM1_TO_VM2,
    code: "FDB_STALE",
    element: /table=21.*arp_tpa=172\.16\.10\.126/,
    at: "compute1 root br-tun",
  },
  {
    name: "a flow of table 60 sends to another guest's port",
    break: (b) =>
      b.addFlows(
        "compute2",
        "br-int",
        `table=60,priority=100,dl_dst=${VM2_MAC} actions=output:${b.port("compute2", "br-int", "qvo0ba7bcdf-42").interfaces[0]!.ofport}`,
      ),
    query: VM1_TO_VM2,
    code: "FDB_STALE",
    element: /table=60.*priority=100/,
    at: "compute2 root br-int",
  },
  {
    name: "the physical network's VLAN is another",
    break: (b) =>
      reflow(b, "compute1", "br-vlan", /dl_vlan=2 /, (t) =>
        t
          .replace(/set_field:\d+->vlan_vid/, "set_field:5097->vlan_vid")
          .replace(/mod_vlan_vid:\d+/, "mod_vlan_vid:1001"),
      ),
    query: VLAN,
    code: "VLAN_MISMATCH",
    element: /dl_vlan=2 .*(5097|1001)/,
    at: "compute1 root br-vlan",
  },
  {
    name: "the target's port is in the wrong bridge",
    break: (b) => b.move("compute2", "br-int", "br-ex", `qvo${VM2}`),
    query: VM1_TO_VM2,
    code: "PORT_NOT_PLUGGED",
    element: /qvo56700a49-25 is in br-ex, not in br-int/,
    at: `compute2 root qvo${VM2}`,
  },
  {
    name: "the target's port is in no bridge",
    break: (b) => void b.unplug("compute2", "br-int", `qvo${VM2}`),
    query: VM1_TO_VM2,
    code: "PORT_NOT_PLUGGED",
    element: /qvo56700a49-25 is in no bridge/,
    at: `compute2 root qvo${VM2}`,
  },
  {
    name: "the target's qvb is in another guest's bridge",
    break: (b) => {
      b.link("compute2", "root", `qvb${VM2}`).master = "qbr0ba7bcdf-42";
    },
    query: VM1_TO_VM2,
    code: "PORT_NOT_PLUGGED",
    element: /qvb56700a49-25: not in qbr56700a49-25/,
    at: `compute2 root qvb${VM2}`,
  },
  {
    name: "the target's tap is in no bridge",
    break: (b) => {
      b.link("compute2", "root", `tap${VM2}`).master = undefined;
    },
    query: VM1_TO_VM2,
    code: "PORT_NOT_PLUGGED",
    element: /tap56700a49-25: not in qbr56700a49-25, has no master/,
    at: `compute2 root tap${VM2}`,
  },
  {
    name: "a patch port of the target's tunnel bridge is gone",
    break: (b) => void b.unplug("compute2", "br-tun", "patch-int"),
    query: VM1_TO_VM2,
    code: "NO_CARRIER_PEER",
    element: /br-int: no patch port to br-tun/,
    at: "compute2 root",
  },
  {
    name: "the external bridge lost its network card",
    break: (b) => void b.unplug("network1", "br-ex", "eth2"),
    query: ping("cirros-vm2", "172.24.4.1"),
    code: "NO_CARRIER_PEER",
    element: /br-ex: no port of a network card/,
    at: "network1 root br-ex",
  },
  {
    name: "the underlay bridge lost its network card",
    break: (b) => void b.unplug("compute1", "br-phy", "eth1"),
    query: VM1_TO_VM2,
    code: "NO_CARRIER_PEER",
    element: /br-phy: no port of a network card/,
    at: "compute1 root br-phy",
  },
  {
    name: "the router's port is in no bridge",
    break: (b, name) =>
      void (name === "legacy"
        ? b.unplug("network1", "br-int", "qr-4af8330d-85")
        : b.unplug("compute1", "br-int", "qr-69b0fdf2-46")),
    query: ping("cirros-vm1", "cirros-vm3"),
    code: "PORT_NOT_PLUGGED",
    element: /Port qr-\S+ is in no bridge/,
    at: "qrouter-",
  },
  {
    name: "the DHCP port is in no bridge",
    break: (b) => void b.unplug("network1", "br-int", "tap388b5d68-e2"),
    query: DHCP,
    code: "PORT_NOT_PLUGGED",
    element: /tap388b5d68-e2 is in no bridge/,
    at: "network1 qdhcp-6f1232c9",
  },
  {
    name: "br-int drops what comes from the physical network",
    break: (b) =>
      b.addFlows(
        "compute2",
        "br-int",
        `table=0,priority=400,in_port=${b.port("compute2", "br-int", "int-br-vlan").interfaces[0]!.ofport} actions=drop`,
      ),
    query: VLAN,
    code: "FLOW_DROP",
    element: /priority=400/,
    at: "compute2 root br-int",
  },
  {
    name: "the floating IP's outer port is down",
    on: "dvr",
    break: (b) => {
      b.link("compute1", "fip", "fg-").up = false;
    },
    query: ping("outside", "172.24.4.104"),
    code: "LINK_DOWN",
    element: /fg-bfcc489e-97.*DOWN/,
    at: "compute1 fip-",
  },
  {
    name: "the fip namespace has no default route",
    on: "dvr",
    break: (b) => {
      const ns = b.ns("compute1", "fip");
      ns.routes = ns.routes.filter((r) => r.dst !== "0.0.0.0/0");
    },
    query: ping("cirros-vm1", "8.8.8.8"),
    code: "GATEWAY_MISSING",
    element: /no default route in fip-/,
    at: "compute1 fip-",
  },
  {
    name: "the distributed router lost the rule to its SNAT table",
    on: "dvr",
    break: (b) => {
      const ns = b.ns("compute2", "qrouter");
      ns.rules = ns.rules.filter((r) => !r.src?.includes("/24"));
    },
    query: ping("cirros-vm2", "172.24.4.1"),
    code: "GATEWAY_MISSING",
    element: /no default route in qrouter-/,
    at: "compute2 qrouter-",
  },
  {
    name: "the router's address is gone",
    on: "dvr",
    break: (b) => {
      const ns = b.ns("compute1", "qrouter");
      ns.addresses = ns.addresses.filter((a) => a.address !== "172.16.10.1");
      ns.routes = ns.routes.filter((r) => r.type !== "local" || !r.dst.startsWith("172.16.10.1"));
    },
    query: ping("cirros-vm1", "cirros-vm3"),
    code: "ROUTER_INTERFACE_MISSING",
    element: /has no address 172\.16\.10\.1/,
    at: "compute1 qrouter-",
  },
  {
    // East-west with distributed routers: each direction is routed on its sender's host, so the other never saw a request.
    name: "the other host's router drops what it knows no connection for",
    on: "dvr",
    break: (b) => {
      const filter = b.ns("compute2", "qrouter").iptables!.tables.find((t) => t.name === "filter")!;
      const rule = parseRule("-A FORWARD -m conntrack --ctstate INVALID -j DROP", () => false);
      if (typeof rule === "string") throw new Error(rule);
      filter.chains.find((c) => c.name === "FORWARD")!.rules.unshift(rule);
    },
    query: ping("cirros-vm1", "cirros-vm3"),
    code: "ASYMMETRIC_PATH",
    element: /ctstate INVALID/,
    at: "compute2 qrouter-",
  },
];

const clouds = new Map<Name, CollectedCloud>();
beforeAll(async () => {
  for (const name of ["legacy", "dvr"] as const)
    clouds.set(name, await readBundle(new URL(`../demo/${name}`, import.meta.url).pathname));
});

const verdictOf = (b: Broken, query: TraceQuery) => [...traceCloud(b.cloud, query)].at(-1) as VerdictEvent;

describe.each(["legacy", "dvr"] as const)("%s", (name) => {
  it.each(FAULTS.filter((f) => f.on === undefined || f.on === name))("$name: $code", (fault) => {
    const b = new Broken(clouds.get(name)!);
    fault.break(b, name);
    const v = verdictOf(b, fault.query);
    const where = `${v.host} ${v.netns} ${v.device}`;
    const said = `${v.outcome} ${v.code} at ${where}, ${v.leg}: ${JSON.stringify(v.element)}`;
    expect(v.code, said).toBe(fault.code);
    expect(v.element?.text ?? "", said).toMatch(fault.element);
    expect(where, said).toContain(fault.at);
    expect(v.outcome).toBe("dropped");
  });

  it("tells two owners of an address, whether or not the answer comes", () => {
    const b = new Broken(clouds.get(name)!);
    const second = b.cloud.world.guests.find((g) => g.name === "vlan-vm2")!;
    const dhcp = b.ns("network1", "qdhcp-6a79ba56");
    const own = dhcp.addresses.find((a) => a.dev === "tap9d85c9ee-10" && a.family === 4)!;
    const { address } = second.fixedIps[0]!;
    dhcp.addresses.push({ ...own, address });
    dhcp.routes.push({ family: 4, type: "local", dst: address, table: "local", dev: own.dev, metric: 0, flags: [] });
    const v = verdictOf(b, VLAN);
    expect([v.outcome, v.code]).toEqual(["delivered", "DUPLICATE_ADDRESS"]);
    expect(v.element?.text).toMatch(new RegExp(`${address} is answered for by .* and `));
  });

  // A kernel takes nothing from outside that has its own address for its source, nor sends to others what is its own.
  it.each([
    ["cirros-vm1", "cirros-vm2", "cirros-vm2", "dropped", "request"],
    ["vlan-vm1", "vlan-vm2", "vlan-vm2", "dropped", "arp-request"],
    ["cirros-vm1", "cirros-vm3", "cirros-vm3", "dropped", "request"],
    ["cirros-vm1", "cirros-vm2", "cirros-vm1", "delivered", "reply"],
  ])("%s to %s, where %s has the other's address on a subport of its own", (from, to, owner, outcome, leg) => {
    const b = new Broken(clouds.get(name)!);
    const found = (text: string) => b.cloud.world.guests.find((one) => one.name === text)!;
    const { fixedIps } = found(owner === from ? to : from);
    b.cloud.world.subports = [{ ...found(owner), portId: "spare", vlan: 101, mac: "fa:16:3e:00:00:65", fixedIps }];
    const v = verdictOf(b, ping(from, to));
    expect([v.outcome, v.code, v.leg, v.netns]).toEqual([outcome, "DUPLICATE_ADDRESS", leg, `guest:${owner}`]);
    expect(v.element?.text).toContain(fixedIps[0]?.address);
    expect(v.element?.text).toContain(owner);
  });
});

describe("a distributed router that sends itself", () => {
  it("is shown where its gateway is, from where the trace goes out", () => {
    const b = new Broken(clouds.get("dvr")!);
    const v = verdictOf(b, ping("router10_11", "8.8.8.8"));
    const [own] = /network1:snat-\S+(?=,)/.exec(v.summary) ?? [];
    expect([v.code, own]).toEqual(["GATEWAY_MISSING", expect.any(String)]);
    expect(verdictOf(b, ping(own!, "8.8.8.8")).outcome).toBe("exited");
  });
  it("gets no answer from an instance of another host: its twin there has the same address", () => {
    const v = verdictOf(new Broken(clouds.get("dvr")!), ping("router10_11", "cirros-vm3"));
    expect([v.outcome, v.code, v.host]).toEqual(["dropped", "ASYMMETRIC_PATH", "compute2"]);
  });
});
