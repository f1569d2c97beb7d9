/** A flow of a device's panel as one line of dump-flows: composed here, because thousands travel (lib/net/openflow/print.ts). */
import type { FlowTable } from "../api/http.ts";

/** The priority that ovs-ofctl leaves out: OFP_DEFAULT_PRIORITY of include/openflow/openflow-common.h. */
const DEFAULT_PRIORITY = 32768;

export function flowText(table: number, flow: FlowTable["flows"][number]): string {
  const { cookie, duration, packets, bytes, terms = "", match, actions } = flow;
  const priority = flow.priority === DEFAULT_PRIORITY ? "" : `priority=${flow.priority}`;
  const rule = [priority, match].filter((part) => part !== "").join(",");
  const counters = `cookie=${cookie}, duration=${duration}, table=${table}, n_packets=${packets}, n_bytes=${bytes}, `;
  return `${counters}${terms}${rule}${rule === "" ? "" : " "}actions=${actions}`;
}
