import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Element, Place, StepEvent } from "../datapath/event.ts";
import { commandFor, commandForStep, shellWord } from "./command.ts";

const ROOT: Place = { host: "compute1", netns: "root", device: "qbr1f69615b-95" };
const ROUTER: Place = { host: "network1", netns: "qrouter-dbf66ea4", device: "qr-4af8330d-85" };

describe("quoting", () => {
  test("words of plain characters stay bare", () => {
    expect(shellWord("qr-4af8330d-85")).toBe("qr-4af8330d-85");
  });

  test("any word comes out of a real shell as it went in", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 40 }).filter((word) => !word.includes("\0") && word.isWellFormed()),
        (word) => {
          expect(execFileSync("sh", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" })).toBe(word);
        },
      ),
      { seed: 20261121, numRuns: 60 },
    );
  });

  test("a device named like an injection is one word", () => {
    const command = commandFor({ type: "link", text: "" }, { ...ROOT, device: "x; rm -rf /" });
    expect(command).toBe("ip -d link show dev 'x; rm -rf /'");
  });
});

test.each<[Element, Place, string]>([
  [{ type: "flow", bridge: "br-int", table: 60, text: "" }, ROOT, "ovs-ofctl -O OpenFlow13 dump-flows br-int table=60"],
  [
    { type: "iptables-rule", table: "filter", chain: "neutron-openvswi-sg-fallback", index: 1, text: "-A x -j DROP" },
    ROOT,
    "iptables -t filter -S neutron-openvswi-sg-fallback -v",
  ],
  [
    { type: "iptables-policy", table: "filter", chain: "FORWARD", text: "-P FORWARD DROP" },
    ROUTER,
    "ip netns exec qrouter-dbf66ea4 iptables -t filter -S FORWARD -v",
  ],
  [{ type: "route", text: "unreachable 10.0.0.0/8" }, ROUTER, "ip netns exec qrouter-dbf66ea4 ip route show table all"],
  [
    { type: "route", text: "172.16.11.208 via 172.16.11.1" },
    ROUTER,
    "ip netns exec qrouter-dbf66ea4 ip route get 172.16.11.208",
  ],
  [
    { type: "neighbour", text: "172.16.10.250 dev eth0 FAILED" },
    { ...ROOT, netns: "guest:cirros-vm1", device: "eth0" },
    "ip neigh show dev eth0",
  ],
  [
    { type: "sysctl", text: "net.ipv4.ip_forward = 0" },
    ROUTER,
    "ip netns exec qrouter-dbf66ea4 sysctl net.ipv4.ip_forward",
  ],
  [{ type: "namespace", text: "qrouter-x" }, ROUTER, "ip netns list"],
])("%j is shown by a command", (element, place, command) => {
  expect(commandFor(element, place)).toBe(command);
});

test("a step's command looks where the step happened", () => {
  const base = { seq: 0, leg: "request" as const, branch: "0" };
  const route: StepEvent = {
    ...base,
    ...ROUTER,
    kind: "route",
    table: "main",
    text: "172.16.11.0/24 dev qr-7265cdca-fe",
  };
  expect(commandForStep(route)).toBe("ip netns exec qrouter-dbf66ea4 ip route show table main");
  const fdb: StepEvent = {
    ...base,
    ...ROOT,
    kind: "fdb",
    bridge: "br-int",
    mac: "fa:16:3e:00:00:01",
    port: "qvo",
    hit: true,
  };
  expect(commandForStep(fdb)).toBe("ovs-appctl fdb/show br-int");
  expect(commandForStep({ ...base, ...ROOT, kind: "deliver", to: "vm" })).toBeUndefined();
});
