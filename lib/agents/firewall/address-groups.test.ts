/**
 * Rules with an address group. What is expected of flows was printed by Neutron's own classes (openvswitch_firewall/rules.py
 * create_flows_for_ip_address), and of iptables seen on a host of theirs.
 */
import { expect, test } from "vitest";
import { printFlow } from "../../net/openflow/print.ts";
import type { SecurityGroupView } from "../view.ts";
import { planFirewall } from "./firewall.ts";
import { wiredHost } from "./testing/host.ts";
import { GROUP, PORT, securityRule, viewOf } from "./testing/view.ts";

const ID = "0aaaaaaa-0000-4000-8000-000000000000";

/** As the view of a host has it. */
function addressGroup(...addresses: string[]): SecurityGroupView {
  return { id: ID, stateful: true, rules: [], members: addresses.map((address) => ({ address, mac: "" })) };
}

function planned(driver: "openvswitch" | "iptables_hybrid", group: SecurityGroupView, ethertype: "IPv4" | "IPv6") {
  const own = { ...GROUP, rules: [securityRule({ remoteGroupId: ID, byAddresses: true, ethertype, protocol: "tcp" })] };
  return planFirewall(
    viewOf([PORT], { settings: { firewallDriver: driver }, groups: [own, group] }),
    wiredHost([PORT]),
  );
}

/** First clauses of conjunctions. */
function clauses(group: SecurityGroupView, ethertype: "IPv4" | "IPv6"): string[] {
  return (planned("openvswitch", group, ethertype).ovs?.bridges[0]?.flows ?? [])
    .map((one) => printFlow({ ...one, cookie: "0x0", flags: [] }))
    .filter((text) => text.includes(",1/2)"))
    .map((text) => text.slice(text.indexOf("priority=")));
}

test("flows let the group's networks in, of whatever MAC", () => {
  expect(clauses(addressGroup("10.9.0.0/16", "10.9.1.4/32", "2001:db8::/64"), "IPv4")).toEqual([
    "priority=73,ct_state=+est-rel-rpl,ip,reg6=0x5,nw_src=10.9.0.0/16 actions=conjunction(22,1/2)",
    "priority=73,ct_state=+new-est,ip,reg6=0x5,nw_src=10.9.0.0/16 actions=conjunction(23,1/2)",
    "priority=73,ct_state=+est-rel-rpl,ip,reg6=0x5,nw_src=10.9.1.4 actions=conjunction(22,1/2)",
    "priority=73,ct_state=+new-est,ip,reg6=0x5,nw_src=10.9.1.4 actions=conjunction(23,1/2)",
  ]);
});

test.each([
  ["IPv4", "0.0.0.0/0", "ip"],
  ["IPv6", "::/0", "ipv6"],
] as const)("a group of all %s addresses has no address to match", (ethertype, all, word) => {
  expect(clauses(addressGroup(all), ethertype)).toEqual([
    `priority=73,ct_state=+est-rel-rpl,${word},reg6=0x5 actions=conjunction(22,1/2)`,
    `priority=73,ct_state=+new-est,${word},reg6=0x5 actions=conjunction(23,1/2)`,
  ]);
});

test("iptables know nothing of them: the rule lets everybody in", () => {
  const host = planned("iptables_hybrid", addressGroup("10.9.0.0/16", "10.9.1.4/32"), "IPv4");
  const [root] = host.namespaces;
  expect(root?.ipsets).toEqual([]);
  expect(JSON.stringify(root?.iptables)).toMatch(/-i[0-9a-f-]+ -p tcp -j RETURN/);
});
