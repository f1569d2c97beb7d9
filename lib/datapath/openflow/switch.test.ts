import { describe, expect, it } from "vitest";
import type { OvsState } from "../../host/state.ts";
import { parseFlowDump, parseGroup } from "../../net/openflow/parse.ts";
import type { Packet } from "../../net/packet.ts";
import type { Step } from "../event.ts";
import { type CompiledOvs, compileOvs } from "./compile.ts";
import { createOverlay } from "./overlay.ts";
import { CT, type CtAnswer, type CtRequest } from "./switch.ts";
import { labState } from "./testing/lab.ts";

const PING: Packet = {
  ethSrc: "50:54:00:00:00:01",
  ethDst: "50:54:00:00:00:02",
  ethType: 0x0800,
  vlans: [],
  ip: { version: 4, src: "10.0.0.1", dst: "10.0.0.2", proto: 1, ttl: 64, tos: 0, df: true },
  l4: { kind: "icmp", type: 8, code: 0, id: 7, seq: 1 },
  l3Length: 84,
};

const TCP: Packet = {
  ...PING,
  ip: { version: 4, src: "10.0.0.1", dst: "10.0.0.2", proto: 6, ttl: 64, tos: 0, df: true },
  l4: { kind: "tcp", src: 1000, dst: 80, flags: 2 },
};

function state(flows: Record<string, string[]>, change?: (s: OvsState) => void): OvsState {
  const s = labState();
  for (const bridge of s.bridges) {
    const dump = parseFlowDump((flows[bridge.name] ?? []).join("\n"));
    expect(dump.errors).toEqual([]);
    bridge.flows = dump.flows;
  }
  change?.(s);
  return s;
}

function compiled(int: string[], change?: (s: OvsState) => void): CompiledOvs {
  return compileOvs(state({ int }, change));
}

const at = (ofport: number, bridge = "int"): { bridge: string; ofport: number } => ({ bridge, ofport });
const ports = (r: ReturnType<CompiledOvs["receive"]>): string[] =>
  r.outputs.map((o) => (o.kind === "port" ? o.port : "controller"));

describe("where a packet dies", () => {
  it("names the table without a match, and the flow that led there", () => {
    const r = compiled(["priority=1 actions=resubmit(,7)"]).receive(at(1), PING);
    expect(r.outputs).toEqual([]);
    expect(r.drops).toMatchObject([
      { reason: "no-match", code: "NO_FLOW_MATCH", bridge: "int", table: 7, from: { priority: 1 } },
    ]);
  });

  it("names the flow that drops", () => {
    const r = compiled(["priority=3,icmp actions=drop", "priority=1 actions=NORMAL"]).receive(at(1), PING);
    expect(r.drops).toMatchObject([{ reason: "flow", code: "FLOW_DROP", table: 0, flow: { priority: 3 } }]);
    expect(r.drops[0]?.element).toMatchObject({ type: "flow", bridge: "int", table: 0 });
  });

  it("knows the dead VLAN", () => {
    const tagged = { ...PING, vlans: [{ tpid: 0x8100, vid: 4095, pcp: 0 }] };
    const r = compiled(["priority=65535,dl_vlan=4095 actions=drop"]).receive(at(1), tagged);
    expect(r.drops[0]?.code).toBe("DEAD_VLAN");
  });

  it("refuses a tagged frame on an access port", () => {
    const tagged = { ...PING, vlans: [{ tpid: 0x8100, vid: 10, pcp: 0 }] };
    const r = compiled(["actions=NORMAL"]).receive(at(2), tagged);
    expect(r.drops).toMatchObject([{ reason: "vlan-mismatch", code: "VLAN_MISMATCH", port: "i2" }]);
  });

  it("does not send back to where a learned address is", () => {
    const r = compiled(["actions=NORMAL"], (s) =>
      s.bridges[0]?.fdb.push({ port: 2, vlan: 10, mac: PING.ethDst, age: 1 }),
    ).receive(at(2), PING);
    expect(r.drops).toMatchObject([{ reason: "no-other-port", code: "FDB_STALE", port: "i2" }]);
  });

  it.each([
    ["ttl", "TTL_EXCEEDED", "actions=dec_ttl,output:2", { ...PING, ip: { ...PING.ip, ttl: 1 } } as Packet],
    ["no-such-port", "PORT_NOT_PLUGGED", "actions=output:99", PING],
    ["no-such-port", "PORT_NOT_PLUGGED", "actions=output:13", PING],
    ["in-port", "FLOW_DROP", "actions=output:1", PING],
    ["loop", "LOOP_DETECTED", "actions=output:2,resubmit(,0)", PING],
  ])("%s", (reason, code, flow, packet) => {
    const r = compiled([flow]).receive(at(1), packet);
    expect(r.drops.at(-1)).toMatchObject({ reason, code });
    expect(ports(r).filter((p) => p !== "controller")).toEqual([]);
  });

  it("ends loops over patch ports", () => {
    const s = state({
      int: ["priority=2,in_port=12 actions=IN_PORT", "priority=1 actions=output:12"],
      phy: ["actions=IN_PORT"],
    });
    const r = compileOvs(s).receive(at(1), PING);
    expect(r.drops.map((d) => d.reason)).toContain("loop");
  });

  it("says what it cannot judge", () => {
    const group = parseGroup("group_id=1,type=select,bucket=actions=output:2,bucket=actions=output:3");
    expect(
      compiled(["actions=group:1"], (s) => s.bridges[0]?.groups.push(group)).receive(at(1), PING).unknowns,
    ).toHaveLength(1);
    expect(
      compiled(["actions=multipath(eth_src,50,modulo_n,1,0,NXM_NX_REG0[])"]).receive(at(1), PING).unknowns[0]?.what,
    ).toContain("multipath");
    const unread = compiled(["actions=NORMAL"], (s) =>
      Object.assign(s.bridges[0] ?? {}, { flowsKnown: false }),
    ).receive(at(1), PING);
    expect([unread.outputs.length, unread.unknowns.length]).toEqual([0, 1]);
    expect(compiled([]).receive(at(1, "br-none"), PING).unknowns[0]?.what).toContain("br-none");
  });

  it("judges tables whose flows were all read", () => {
    const broken = (table: number) => (s: OvsState) =>
      Object.assign(s.bridges[0] ?? {}, { flowsKnown: false, flowErrors: [{ table, text: "?", reason: "unknown" }] });
    expect(ports(compiled(["actions=output:2"], broken(5)).receive(at(1), PING))).toEqual(["i2"]);
    expect(compiled(["actions=output:2"], broken(0)).receive(at(1), PING).unknowns).toHaveLength(1);
  });
});

describe("packets", () => {
  it("stay the same object where nothing changed", () => {
    const r = compiled(["actions=load:1->NXM_NX_REG0[],output:1,output:2"]).receive(at(3), PING);
    expect(r.outputs.map((o) => o.packet === PING)).toEqual([true, true]);
  });

  it("keep what the switch does not know of", () => {
    const r = compiled(["actions=mod_vlan_vid:5,dec_ttl,output:2"]).receive(at(1), PING);
    expect(r.outputs[0]?.packet).toEqual({
      ...PING,
      vlans: [{ tpid: 0x8100, vid: 5, pcp: 0 }],
      ip: { ...PING.ip, ttl: 63 },
    });
  });

  it("hide what is below the VLAN limit", () => {
    const two = {
      ...PING,
      vlans: [
        { tpid: 0x88a8, vid: 7, pcp: 0 },
        { tpid: 0x8100, vid: 9, pcp: 0 },
      ],
    };
    const flows = ["priority=2,ip actions=drop", "priority=1,dl_vlan=7 actions=pop_vlan,output:2"];
    const r = compiled(flows).receive(at(1), two);
    expect(r.outputs[0]?.packet.vlans).toEqual([{ tpid: 0x8100, vid: 9, pcp: 0 }]);
  });

  it("carry the tunnel they leave by, and take the port of the one they came from", () => {
    const s = state({
      tun: ["priority=2,tun_id=5 actions=output:7", "priority=1 actions=set_field:0x9->tun_id,output:2,output:3"],
    });
    const ovs = compileOvs(s);
    expect(ovs.receive(at(7, "tun"), PING).outputs).toMatchObject([
      { port: "vx2", tun: { kind: "vxlan", key: 9, dst: "10.1.0.2", src: "10.1.0.1" } },
      { port: "vx3", tun: { key: 7, dst: "10.1.0.3" } },
    ]);
    const ingress = ovs.tunnelIngress({ kind: "vxlan", key: 5, src: "10.1.0.2", dst: "10.1.0.1" });
    expect(ingress).toMatchObject({ bridge: "tun", ofport: 2 });
    if (ingress) expect(ports(ovs.receive(ingress, PING))).toEqual(["t7"]);
    // Any remote, any key.
    expect(ovs.tunnelIngress({ kind: "vxlan", key: 5, src: "10.9.9.9", dst: "10.1.0.1" })?.ofport).toBe(4);
    expect(ovs.tunnelIngress({ kind: "vxlan", key: 5, src: "10.9.9.9", dst: "10.1.0.77" })).toBeUndefined();
    expect(ovs.tunnelIngress({ kind: "vxlan", key: 8, src: "10.1.0.3", dst: "10.1.0.1" })?.ofport).toBe(4);
  });
});

describe("state of a walk", () => {
  it("learns addresses into the overlay alone", () => {
    const s = state({ int: ["actions=NORMAL"] });
    const ovs = compileOvs(s);
    const before = structuredClone(s);
    const overlay = createOverlay();
    expect(ports(ovs.receive(at(2), PING, { overlay })).length).toBeGreaterThan(1);
    const back = { ...PING, ethSrc: PING.ethDst, ethDst: PING.ethSrc };
    expect(ports(ovs.receive(at(9), back, { overlay }))).toEqual(["i2"]);
    expect(ports(ovs.receive(at(9), back)).length).toBeGreaterThan(1);
    expect(s).toEqual(before);
  });

  it("learns flows that count from the next packet on", () => {
    const ovs = compiled([
      "table=0 actions=learn(table=9,hard_timeout=300,priority=1,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:0x5->NXM_NX_REG0[],output:OXM_OF_IN_PORT[]),resubmit(,9)",
      "table=9,priority=0 actions=output:5",
    ]);
    const overlay = createOverlay();
    const steps: Step[] = [];
    expect(ports(ovs.receive(at(1), PING, { overlay, note: (s) => steps.push(s) }))).toEqual(["i5"]);
    expect(steps.find((s) => s.kind === "learn")).toMatchObject({
      text: "table=9, priority=1,dl_dst=50:54:00:00:00:01 actions=load:0x5->NXM_NX_REG0[],output:1",
    });
    expect(ports(ovs.receive(at(2), { ...PING, ethDst: PING.ethSrc }, { overlay }))).toEqual(["i1"]);
  });

  it("asks the connection tracker, and goes on with its answer", () => {
    const ovs = compiled([
      "table=0,priority=2,ct_state=-trk,tcp actions=load:0x7->NXM_NX_REG6[],ct(commit,table=1,zone=NXM_NX_REG6[0..15],nat(dst=10.9.9.9:8080),exec(set_field:0x3/0xf->ct_mark))",
      "table=1,priority=2,ct_state=+est+trk,ct_zone=7,ct_mark=3,tcp,nw_dst=10.9.9.9,tp_dst=8080,ct_nw_dst=10.0.0.2 actions=output:2",
    ]);
    const asked: CtRequest[] = [];
    const answer: CtAnswer = {
      state: CT.est | CT.trk | CT.dnat,
      mark: 3,
      label: "0",
      packet: {
        ...TCP,
        ip: { ...TCP.ip, dst: "10.9.9.9" } as Packet["ip"] & object,
        l4: { kind: "tcp", src: 1000, dst: 8080, flags: 2 },
      },
      original: { src: "10.0.0.1", dst: "10.0.0.2", proto: 6, sport: 1000, dport: 80 },
    };
    const track = (q: CtRequest): CtAnswer => {
      asked.push(q);
      return answer;
    };
    const r = ovs.receive(at(1), TCP, { conntrack: { track } });
    expect(asked).toMatchObject([
      { zone: 7, commit: true, nat: { kind: "dst", addrMin: "10.9.9.9", portMin: 8080 }, mark: { value: 3, mask: 15 } },
    ]);
    expect(r.outputs).toMatchObject([{ port: "i2", packet: { ip: { dst: "10.9.9.9" }, l4: { dst: 8080 } } }]);
  });

  it("assumes a new connection without a tracker, as ofproto/trace does", () => {
    const ovs = compiled([
      "table=0,ip actions=ct(table=1)",
      "table=1,priority=2,ct_state=+new+trk,ip actions=output:2",
    ]);
    expect(ports(ovs.receive(at(1), PING))).toEqual(["i2"]);
  });
});

it("finds devices and ports", () => {
  const ovs = compiled([]);
  expect(ovs.portOf("i4")).toEqual({ bridge: "int", ofport: 4, name: "i4", type: "" });
  expect(ovs.portOf("int")?.ofport).toBe(65534);
  expect(ovs.portAt("tun", 2)?.name).toBe("vx2");
  expect([ovs.portOf("eth9"), ovs.portAt("int", 77)]).toEqual([undefined, undefined]);
});

it("takes dl_vlan=0xffff for an untagged packet", () => {
  const ovs = compiled(["priority=2,dl_vlan=0xffff actions=output:2"]);
  expect(ports(ovs.receive(at(1), PING))).toEqual(["i2"]);
  expect(ovs.receive(at(1), { ...PING, vlans: [{ tpid: 0x8100, vid: 3, pcp: 0 }] }).outputs).toEqual([]);
});
