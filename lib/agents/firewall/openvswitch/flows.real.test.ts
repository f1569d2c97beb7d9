/** Open vSwitch takes the planned flows, and dumps the same: an agent would find nothing to change. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { PrivateSwitch } from "../../../datapath/openflow/testing/vswitchd.ts";
import type { Flow } from "../../../net/openflow/ast.ts";
import { parseFlowDump } from "../../../net/openflow/parse.ts";
import { printFlow } from "../../../net/openflow/print.ts";
import { planFirewall } from "../firewall.ts";
import { wiredHost } from "../testing/host.ts";
import { PORTS, REMOTE, VARIED } from "../testing/varied.ts";
import { viewOf } from "../testing/view.ts";

let real: PrivateSwitch;
beforeAll(async () => {
  real = await PrivateSwitch.start();
});
afterAll(() => real.stop());

function lines(flows: readonly Flow[]): string[] {
  return flows.map((one) => printFlow({ ...one, cookie: "0x0", duration: 0, packets: 0, bytes: 0 })).sort();
}

/** What `add-flows` reads: a dump's line without what was counted. */
function command(flow: Flow): string {
  return printFlow(flow)
    .replace(/^ *cookie=\S+ duration=\S+ /, "")
    .replace(/n_packets=\d+, n_bytes=\d+, /, "");
}

test.each([
  ["a tunnelled network", { tag: "5", network_type: "vxlan", segmentation_id: "10" }],
  ["a VLAN network", { tag: "5", network_type: "vlan", segmentation_id: "100", physical_network: "physnet1" }],
  ["a flat network", { tag: "5", network_type: "flat", physical_network: "extern" }],
])("%s", async (_, otherConfig) => {
  const view = viewOf(PORTS, { settings: { firewallDriver: "openvswitch" }, groups: [VARIED, REMOTE] });
  const host = planFirewall(view, wiredHost(PORTS, otherConfig));
  const planned = host.ovs?.bridges[0]?.flows ?? [];
  expect(planned.length).toBeGreaterThan(300);
  const bridge = `br${otherConfig.network_type}`;
  await real.vsctl("add-br", bridge, "--", "set", "Bridge", bridge, "datapath_type=dummy", "fail_mode=secure");
  await real.ofctl("add-flows", bridge, ["-"], planned.map(command).join("\n"), "OpenFlow13");
  const dump = await real.ofctl("dump-flows", bridge, [], "", "OpenFlow13");
  const { flows } = parseFlowDump(dump);
  expect(lines(flows)).toEqual(lines(planned));
});
