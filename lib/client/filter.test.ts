import { expect, it } from "vitest";
import { flowMatches, lineMatches, parseFilter } from "./filter.ts";

const table = { table: 60, name: "TRANSIENT_TABLE" };
const flow = {
  priority: 20,
  cookie: "0xabc",
  packets: 3,
  bytes: 120,
  duration: "7.5s",
  match: "dl_vlan=1,dl_dst=fa:16:3e:5f:49:6f",
  actions: "strip_vlan,output:4",
  hints: [{ token: "output:4", name: "cirros-vm1" }],
};
const found = (text: string) => flowMatches(parseFilter(text), table, flow);

it("asks fields by name and value", () => {
  expect(found("dl_vlan=1")).toBe(true);
  expect(found("dl_vlan=10")).toBe(false);
  expect(found("table=60 priority=20")).toBe(true);
  expect(found("table=transient_table")).toBe(true);
  expect(found("table=6")).toBe(false);
  expect(found("cookie=0xabc actions=output:4")).toBe(true);
});

it("takes a match as ovs-ofctl writes it, in any order", () => {
  expect(found("table=60,dl_dst=fa:16:3e:5f:49:6f,dl_vlan=1")).toBe(true);
  expect(found("priority=20, dl_vlan=1")).toBe(true);
  expect(found("table=60,dl_vlan=1,actions=strip_vlan,output:4")).toBe(true);
  expect(found("actions=strip_vlan,output:4")).toBe(true);
  expect(found("table=60,dl_vlan=2")).toBe(false);
  expect(found("table=60,udp")).toBe(false);
  expect(found("-table=60,dl_vlan=1")).toBe(true); // What is excluded is taken as it stands.
});

it("finds free text in the flow and in the names woven in", () => {
  expect(found("CIRROS-vm1")).toBe(true);
  expect(found("strip_vlan fa:16:3e")).toBe(true);
  expect(found("strip_vlan drop")).toBe(false);
});

it("excludes with a minus", () => {
  expect(found("-drop")).toBe(true);
  expect(found("-dl_vlan=1")).toBe(false);
  expect(found("-")).toBe(true); // Alone it is text: that of cirros-vm1.
});

it("takes a masked value by its value", () => {
  const masked = { ...flow, match: "vlan_tci=0x0001/0x0fff" };
  expect(flowMatches(parseFilter("vlan_tci=0x0001"), table, masked)).toBe(true);
});

it("searches lines as they stand", () => {
  expect(lineMatches(parseFilter("-j drop"), "-A INPUT -j ACCEPT")).toBe(false);
  expect(lineMatches(parseFilter("src=10.0.0.1 -udp"), "tcp 6 src=10.0.0.1 dst=10.0.0.2")).toBe(true);
});
