/** Nothing goes on for ever: loops, recursions and floods end soon, with few events, and say what they are. */
import { describe, expect, it } from "vitest";
import type { HostState } from "../host/state.ts";
import type { World } from "../host/world.ts";
import { parseGroup } from "../net/openflow/parse.ts";
import type { TraceEvent, VerdictEvent } from "./event.ts";
import {
  address,
  bridge,
  emptyNamespace,
  guest,
  hostOf,
  link,
  member,
  ovsBridge,
  ovsPort,
  patch,
  rules,
  veth,
  via,
  withOvs,
} from "./testing/world.ts";
import type { Probe } from "./walk/probe.ts";
import { walk } from "./walk.ts";

// A fifth of a second on an idle machine; a test is no benchmark, and what has no end takes for ever.
const BUDGET_MS = 1000;
const MOST_EVENTS = 30_000;

/** The best of three walks counts: the first compiles what it meets, which a server does once, and machines are busy. */
function end(world: World, probe: Probe, most = MOST_EVENTS): VerdictEvent {
  let events: TraceEvent[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const started = performance.now();
    events = [...walk(world, probe)];
    best = Math.min(best, performance.now() - started);
  }
  expect(events.length).toBeLessThan(most);
  expect(best).toBeLessThan(BUDGET_MS);
  return events.at(-1) as VerdictEvent;
}

const ping = (from: Probe["from"], to = "10.1.0.2"): Probe => ({ from, to, proto: "icmp" });
const netns = (name: string): Probe["from"] => ({ kind: "netns", host: "h", netns: name });
const first = (world: World): Probe["from"] => ({ kind: "guest", guest: world.guests[0]! });
const only = (host: HostState, guests = [guest(1, "h")]): World => ({ hosts: [host], guests, segments: [], gaps: [] });
const tap = (n: number) => link(`tap0000000${n}-00`, "tap", { ifindex: n });

describe("loops", () => {
  it.each([2, 3])("between two Linux bridges joined by %i veth pairs", (pairs) => {
    const links = [bridge("br1"), bridge("br2"), { ...tap(1), ...member("br1") }];
    for (let i = 0; i < pairs; i++)
      links.push(
        veth(`a${i}`, `b${i}`, undefined, { ifindex: 10 + i, ...member("br1") }),
        veth(`b${i}`, `a${i}`, undefined, { ifindex: 20 + i, ...member("br2") }),
      );
    const world = only(hostOf("h", [emptyNamespace("root", links, [])]));
    expect(end(world, ping(first(world))).code).toBe("LOOP_DETECTED");
  });

  it.each([2, 3])("between two NORMAL bridges joined by %i patch ports", (pairs) => {
    const ports = (side: string, other: string) =>
      Array.from({ length: pairs }, (_, i) => patch(`${side}${i}`, 10 + i, `${other}${i}`));
    const host = withOvs(hostOf("h", [emptyNamespace("root", [tap(1)], [])]), [
      ovsBridge("br1", [ovsPort("tap00000001-00", 1), ...ports("a", "b")], ["priority=0 actions=NORMAL"]),
      ovsBridge("br2", ports("b", "a"), ["priority=0 actions=NORMAL"]),
    ]);
    const world = only(host);
    expect(["LOOP_DETECTED", "STATE_INCOMPLETE"]).toContain(end(world, ping(first(world))).code);
  });

  it("between two Linux bridges and a switch", () => {
    const links = [bridge("br1"), { ...tap(1), ...member("br1") }];
    for (const n of [1, 2])
      links.push(
        veth(`q${n}`, `o${n}`, undefined, { ifindex: 10 + n, ...member("br1") }),
        veth(`o${n}`, `q${n}`, undefined, { ifindex: 20 + n }),
      );
    const host = withOvs(hostOf("h", [emptyNamespace("root", links, [])]), [
      ovsBridge("br-int", [ovsPort("o1", 1), ovsPort("o2", 2)], ["priority=0 actions=NORMAL"]),
    ]);
    const world = only(host);
    expect(end(world, ping(first(world))).code).toBe("LOOP_DETECTED");
  });

  it("between routers that default to each other", () => {
    const sender = via(emptyNamespace("r0", [veth("w0", "w1", "r1")], [address("w0", "10.8.0.1")]), "10.8.0.2", "w0");
    const routers = [1, 2].map((n) => {
      const links = [veth(`v${n}`, `v${3 - n}`, `r${3 - n}`), veth("w1", "w0", "r0", { ifindex: 2 })];
      const addresses = [address(`v${n}`, `10.9.0.${n}`), address("w1", "10.8.0.2")];
      const ns = emptyNamespace(`r${n}`, links.slice(0, 3 - n), addresses.slice(0, 3 - n));
      return via(ns, `10.9.0.${3 - n}`, `v${n}`);
    });
    const verdict = end(only(hostOf("h", [sender, ...routers]), []), ping(netns("r0"), "8.8.8.8"));
    expect(["LOOP_DETECTED", "TTL_EXCEEDED"]).toContain(verdict.code);
  });

  it("of VLAN devices upon each other, and of a device that is its own parent", () => {
    const vlan = (name: string, below: string) =>
      link(name, "vlan", { vlan: { id: 7, protocol: "802.1Q" }, linkName: below });
    const ns = emptyNamespace("r", [vlan("a", "b"), vlan("b", "a")], [address("a", "10.1.0.1")]);
    expect(["LOOP_DETECTED", "MTU_EXCEEDED"]).toContain(end(only(hostOf("h", [ns]), []), ping(netns("r"))).code);
    const own = emptyNamespace("r", [vlan("a", "a")], [address("a", "10.1.0.1")]);
    expect(["LOOP_DETECTED", "MTU_EXCEEDED"]).toContain(end(only(hostOf("h", [own]), []), ping(netns("r"))).code);
  });
});

describe("recursion", () => {
  const chains = (text: string) => `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:a - [0:0]
:b - [0:0]
-A OUTPUT -j a
${text}
COMMIT`;
  const routed = (text: string): World => {
    const ns = emptyNamespace("r", [link("d", "dummy")], [address("d", "10.1.0.1")]);
    return only(hostOf("h", [rules(ns, chains(text))]), []);
  };
  it("of chains that jump in a circle", () => {
    const verdict = end(routed("-A a -j b\n-A b -j a"), ping(netns("r"), "10.1.0.1"));
    expect([verdict.outcome, verdict.element?.text]).toEqual(["unknown", expect.stringContaining("circle")]);
  });
  it("of chains that jump in two circles", () => {
    const verdict = end(routed("-A a -j b\n-A a -j b\n-A b -j a\n-A b -j a"), ping(netns("r"), "10.1.0.1"));
    expect(verdict.code).toBe("STATE_INCOMPLETE");
  });
  it("of chains that double at every jump", () => {
    const names = Array.from({ length: 40 }, (_, i) => `c${i}`);
    const text = names.slice(1).map((n, i) => `-A c${i} -j ${n}\n-A c${i} -j ${n}`);
    const ns = emptyNamespace("r", [link("d", "dummy")], [address("d", "10.1.0.1")]);
    rules(
      ns,
      `*filter\n:OUTPUT ACCEPT [0:0]\n${names.map((n) => `:${n} - [0:0]`).join("\n")}\n-A OUTPUT -j c0\n${text.join("\n")}\nCOMMIT`,
    );
    expect(end(only(hostOf("h", [ns]), []), ping(netns("r"), "10.1.0.1")).code).toBe("STATE_INCOMPLETE");
  });
  it("of policy rules that go to themselves", () => {
    const ns = emptyNamespace("r", [link("d", "dummy")], [address("d", "10.1.0.1")]);
    ns.rules.push(
      { family: 4, priority: 10, action: "goto", goto: 5 },
      { family: 4, priority: 5, action: "goto", goto: 10 },
    );
    expect(end(only(hostOf("h", [ns]), []), ping(netns("r"), "10.1.0.1")).kind).toBe("verdict");
  });
});

describe("explosions in a switch", () => {
  const switched = (flows: string[], groups: string[] = []): World => {
    const br = ovsBridge("br-int", [ovsPort("tap00000001-00", 1)], flows);
    br.groups = groups.map(parseGroup);
    const world = only(withOvs(hostOf("h", [emptyNamespace("root", [tap(1)], [])]), [br]));
    return world;
  };
  it("of a flow that resubmits to itself", () => {
    const world = switched(["actions=resubmit(,0)"]);
    expect(["LOOP_DETECTED", "STATE_INCOMPLETE"]).toContain(end(world, ping(first(world))).code);
  });
  it("of flows that resubmit twice, table after table", () => {
    const tables = Array.from({ length: 40 }, (_, i) => `table=${i} actions=resubmit(,${i + 1}),resubmit(,${i + 1})`);
    const world = switched([...tables, "table=40 actions=NORMAL"]);
    expect(["LOOP_DETECTED", "STATE_INCOMPLETE"]).toContain(end(world, ping(first(world))).code);
  });
  it("of a learn that grows with every pass", () => {
    const learn = "learn(table=1,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])";
    const world = switched([`table=0 actions=${Array.from({ length: 50 }, () => `${learn},resubmit(,0)`).join(",")}`]);
    expect(["LOOP_DETECTED", "STATE_INCOMPLETE"]).toContain(end(world, ping(first(world))).code);
  });
  it("of groups that name each other", () => {
    const world = switched(
      ["actions=group:1"],
      [
        "group_id=1,type=all,bucket=actions=group:2,bucket=actions=group:2",
        "group_id=2,type=all,bucket=actions=group:1,bucket=actions=group:1",
      ],
    );
    expect(["LOOP_DETECTED", "STATE_INCOMPLETE", "FLOW_DROP"]).toContain(end(world, ping(first(world))).code);
  });
});

describe("floods", () => {
  it("over 200 hosts with four guests each find the one that is meant", () => {
    const hosts: HostState[] = [];
    const guests = [];
    for (let h = 0; h < 200; h++) {
      const taps = [1, 2, 3, 4].map((n) => link(`tap${h}-${n}`, "tap", { ifindex: n, ...member("br") }));
      const nic = link("nic", "physical", {
        ifindex: 9,
        mac: `02:00:00:00:00:${(h % 256).toString(16).padStart(2, "0")}`,
        ...member("br"),
      });
      hosts.push(hostOf(`h${h}`, [emptyNamespace("root", [bridge("br"), nic, ...taps], [])]));
      for (const n of [1, 2, 3, 4]) {
        const mac = `fa:16:3e:00:${h.toString(16).padStart(2, "0")}:0${n}`;
        const fixedIps = [{ address: `10.1.${h}.${n}`, prefix: 16 }];
        guests.push({
          ...guest(n, `h${h}`),
          name: `vm${h}-${n}`,
          portId: `${h}-${n}`,
          tap: `tap${h}-${n}`,
          mac,
          fixedIps,
        });
      }
    }
    const attachments = hosts.map((h) => ({ host: h.name, netns: "root", dev: "nic" }));
    const world: World = {
      hosts,
      guests,
      segments: [{ name: "wire", attachments, assumed: false, reason: "" }],
      gaps: [],
    };
    expect(end(world, ping(first(world), "10.1.150.3")).code).toBe("DELIVERED");
  });
});
