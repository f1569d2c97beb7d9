import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseFlow, parseFlowDump } from "../../../net/openflow/parse.ts";
import { printFlowBrief } from "../../../net/openflow/print.ts";
import { addFlows, canonicalFlow, deleteFlows } from "./flow-table.ts";
import { readSelection } from "./ofctl-parse.ts";

const DUMPS = globSync("lib/demo/*/*/ovs/*/ovs-ofctl-O-OpenFlow13-dump-flows.txt");

test.each(DUMPS)("flows of %s are in the words of the switch already", (file) => {
  for (const flow of parseFlowDump(readFileSync(file, "utf8")).flows) expect(canonicalFlow(flow)).toBe(flow);
});

test.each([
  [
    "priority=1,dl_vlan=2,actions=mod_vlan_vid:7,normal",
    "table=0, priority=1,dl_vlan=2 actions=set_field:4103->vlan_vid,NORMAL",
  ],
  ["actions=strip_vlan,set_tunnel:26,output:2", "table=0, actions=pop_vlan,set_field:0x1a->tun_id,output:2"],
  [
    "arp,tcp_dst=80,nw_tos=4,nw_dst=10.0.0.1,nd_target=::1,actions=drop", // What no ARP has is passed over.
    "table=0, arp,arp_tpa=10.0.0.1 actions=drop",
  ],
  ["tcp_dst=80,ip_src=10.0.0.1,actions=drop", "table=0, actions=drop"],
  [
    "tp_dst=80,nw_src=10.1.2.3/8,tcp,in_port=LOCAL,actions=drop",
    "table=0, tcp,in_port=LOCAL,nw_src=10.0.0.0/8,tp_dst=80 actions=drop",
  ],
])("%s is shown as %s", (typed, shown) => {
  expect(printFlowBrief(canonicalFlow(parseFlow(typed)))).toBe(shown);
});

test("a flow takes the place of the one with its table, priority and match, however they are written", () => {
  const flows = addFlows([], [parseFlow("priority=3,ip,nw_src=10.0.0.1,actions=drop"), parseFlow("actions=NORMAL")]);
  const after = addFlows(flows, [parseFlow("priority=3,dl_type=0x800,ip_src=10.0.0.1,actions=output:1")]);
  expect(after.map(printFlowBrief)).toEqual([
    "table=0, priority=3,ip,nw_src=10.0.0.1 actions=output:1",
    "table=0, actions=NORMAL",
  ]);
});

test("deletion takes what its match includes, or strictly the one", () => {
  const flows = addFlows(
    [],
    ["cookie=1,in_port=1", "cookie=2,in_port=1,dl_vlan=2", "in_port=2"].map((m) => parseFlow(`${m},actions=drop`)),
  );
  const left = (select: string, strict: boolean) =>
    deleteFlows(flows, [readSelection(select)], strict).map((flow) => flows.indexOf(flow));
  expect(left("in_port=1", false)).toEqual([2]);
  expect(left("in_port=1", true)).toEqual([1, 2]);
  expect(left("cookie=2/-1", false)).toEqual([0, 2]);
  expect(left("vlan_tci=0x1000/0x1000", false)).toEqual([0, 2]);
});
