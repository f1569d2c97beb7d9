import { expect, test } from "vitest";
import type { Link, Namespace } from "../host/state.ts";
import { GapLog } from "./gaps.ts";
import { link, namespace } from "./testing.ts";
import { resolvePeers } from "./veth.ts";

/** A veth with its own index, its peer's, and the id of the peer's namespace as this one sees it. */
const veth = (name: string, ifindex: number, peer: number, netnsid?: number, kind: Link["kind"] = "veth") =>
  link(name, kind, { ifindex, linkIndex: peer, ...(netnsid === undefined ? {} : { linkNetnsId: netnsid }) });

function resolve(namespaces: Namespace[], ids: { name: string; id?: number }[] = []) {
  const log = new GapLog("h");
  resolvePeers(namespaces, ids, log);
  const of = (ns: string, name: string) => namespaces.find((n) => n.name === ns)?.links.find((l) => l.name === name);
  return { of, gaps: log.gaps };
}

test("from the root namespace, by the ids that `ip netns list` prints", () => {
  const { of, gaps } = resolve(
    [
      namespace("root", [veth("a", 5, 2, 1), veth("b", 6, 2, 2), veth("nic", 7, 40, 9)]),
      namespace("blue", [veth("x", 2, 5, 0)]),
      namespace("red", [veth("x", 2, 6, 0)]),
    ],
    [
      { name: "blue", id: 1 },
      { name: "red", id: 2 },
    ],
  );
  expect(of("root", "a")).toMatchObject({ linkName: "x", linkNetns: "blue" });
  expect(of("root", "b")).toMatchObject({ linkName: "x", linkNetns: "red" });
  expect(of("blue", "x")).toMatchObject({ linkName: "a", linkNetns: "root" });
  expect(of("root", "nic")?.linkNetns).toBeUndefined();
  expect(gaps).toEqual([]);
});

test("between other namespaces, by indexes that fit one pair alone", () => {
  const { of, gaps } = resolve([
    namespace("root", [veth("nic", 2, 30, 0)]),
    namespace("fip", [veth("fpr-1", 2, 2, 1), veth("fpr-2", 3, 2, 2)]),
    namespace("qrouter-1", [veth("rfp-1", 2, 2, 0)]),
    namespace("qrouter-2", [veth("rfp-2", 2, 3, 0)]),
  ]);
  expect(of("qrouter-1", "rfp-1")).toMatchObject({ linkName: "fpr-1", linkNetns: "fip" });
  expect(of("qrouter-2", "rfp-2")).toMatchObject({ linkName: "fpr-2", linkNetns: "fip" });
  expect(gaps).toEqual([]);
});

test("where several fit, by the id in both names; else a gap says which", () => {
  const two = (names: [string, string, string, string]) =>
    resolve([
      namespace("root", []),
      namespace("fip-a", [veth(names[0], 2, 2, 1)]),
      namespace("fip-b", [veth(names[1], 2, 2, 1)]),
      namespace("qrouter-a", [veth(names[2], 2, 2, 0)]),
      namespace("qrouter-b", [veth(names[3], 2, 2, 0)]),
    ]);
  const named = two(["fpr-a", "fpr-b", "rfp-a", "rfp-b"]);
  expect(named.of("qrouter-b", "rfp-b")).toMatchObject({ linkName: "fpr-b", linkNetns: "fip-b" });
  expect(named.gaps).toEqual([]);
  const nameless = two(["w", "x", "y", "z"]);
  expect(nameless.of("qrouter-a", "y")?.linkNetns).toBeUndefined();
  expect(nameless.gaps.length).toBeGreaterThan(0);
  expect(nameless.gaps[0]?.reason).toMatch(/the peer of \w may be any of/);
});

test("in the same namespace, by index where the name is missing", () => {
  const { of } = resolve([namespace("root", [veth("a", 5, 6), veth("b", 6, 5)])]);
  expect(of("root", "a")).toMatchObject({ linkName: "b" });
  expect(of("root", "a")?.linkNetns).toBeUndefined();
});

test("a macvlan that was moved has its parent in the root namespace", () => {
  const { of } = resolve([
    namespace("root", [link("eth0", "physical", { ifindex: 3 })]),
    namespace("blue", [veth("mv", 9, 3, 0, "macvlan")]),
  ]);
  expect(of("blue", "mv")).toMatchObject({ linkName: "eth0", linkNetns: "root" });
});
