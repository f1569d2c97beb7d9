/** Faults of the integration bridge's flows. */
import { INTEGRATION } from "../net/neutron-tables.ts";
import type { Flow } from "../net/openflow/ast.ts";
import type { FaultKind } from "./kind.ts";
import { field, removeFlow, type Scene } from "./scene.ts";

/** The flows of a table that match on this input port. */
function* flowsOfPort(scene: Scene, host: string, ofport: number, table: number) {
  for (const flow of scene.bridge(host, "br-int")?.flows ?? [])
    if (flow.table === table && field(flow, "in_port") === String(ofport)) yield flow;
}

/** The sender's own MAC may speak this. */
function speaks(flow: Flow, protocol: "ip" | "arp"): boolean {
  return field(flow, protocol) !== undefined && field(flow, "dl_src") !== undefined;
}

/** Takes away what lets a sender out: the anti-spoofing flows of its port, in this table or in the native firewall's own. */
function spoofing(
  kind: string,
  title: string,
  table: number,
  native: (flow: Flow) => boolean,
  code: FaultKind["code"],
): FaultKind {
  return {
    kind,
    title,
    code,
    *places(scene) {
      for (const way of scene.switched()) {
        const { host } = way.from;
        const port = scene.plugged(way.from);
        if (!port) continue;
        const usual = [...flowsOfPort(scene, host, port.ofport, table)];
        const flows =
          usual.length > 0
            ? usual
            : [...flowsOfPort(scene, host, port.ofport, INTEGRATION.BASE_EGRESS_TABLE)].filter(native);
        if (flows.length === 0) continue;
        yield {
          label: `${way.from.name} (to ${way.to.name})`,
          lines: flows.map((flow) => ({ host, line: removeFlow("br-int", flow) })),
          trace: way.query,
          names: "table",
        };
      }
    },
  };
}

export const FLOW_FAULTS: readonly FaultKind[] = [
  {
    kind: "drop-flow",
    title: "A flow on br-int drops what is sent to the guest.",
    code: "FLOW_DROP",
    *places(scene) {
      for (const way of scene.switched()) {
        const address = way.to.fixedIps[0]?.address;
        if (address?.includes(".") !== true || !scene.plugged(way.to)) continue;
        const flow = `table=0,priority=300,icmp,nw_dst=${address},actions=drop`;
        yield {
          label: way.to.name,
          lines: [{ host: way.to.host, line: `ovs-ofctl -O OpenFlow13 add-flow br-int '${flow}'` }],
          trace: way.query,
          names: "priority=300",
        };
      }
    },
  },
  {
    kind: "table-60-emptied",
    title: "Table 60 of br-int, which hands packets to their ports, is emptied.",
    code: "NO_FLOW_MATCH",
    *places(scene) {
      const done = new Set<string>();
      for (const way of scene.switched()) {
        if (done.has(way.to.host) || !scene.plugged(way.to)) continue;
        done.add(way.to.host);
        yield {
          label: way.to.host,
          lines: [{ host: way.to.host, line: "ovs-ofctl -O OpenFlow13 del-flows br-int table=60" }],
          trace: way.query,
          names: "table 60",
        };
      }
    },
  },
  spoofing(
    "mac-antispoofing",
    "br-int no longer takes frames with the guest's own MAC.",
    INTEGRATION.MAC_SPOOF_TABLE,
    (flow) => speaks(flow, "ip"),
    "PORT_SECURITY_BLOCKED",
  ),
  spoofing(
    "arp-antispoofing",
    "br-int no longer takes ARP with the guest's own address.",
    INTEGRATION.ARP_SPOOF_TABLE,
    (flow) => speaks(flow, "arp"),
    "ARP_SPOOF_BLOCKED",
  ),
];
