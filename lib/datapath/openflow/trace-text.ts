import type { FlowTrace } from "./trace.ts";

/** A traced packet, laid out as `ovs-appctl ofproto/trace` does it. */
export function traceText(trace: FlowTrace, flow: string): string {
  const lines = [`Flow: ${flow}`];
  let bridge = "";
  for (const step of trace.steps) {
    switch (step.kind) {
      case "flow": {
        if (step.bridge !== bridge) {
          bridge = step.bridge;
          lines.push("", `bridge("${bridge}")`, "-".repeat(bridge.length + 10));
        }
        const match = /(?:priority=\d+)?,?([^ ]*) ?actions=/.exec(
          step.text.slice(step.text.search(/(?:priority=|\S*actions=)/)),
        );
        lines.push(
          `${String(step.table).padStart(2)}. ${match?.[1] ? `${match[1]}, ` : ""}priority ${step.priority}, cookie ${step.cookie}`,
        );
        break;
      }
      case "action":
        lines.push(`    ${step.text}`);
        break;
      case "fdb":
        lines.push(`     -> ${step.mac} in VLAN ${step.vlan ?? 0} was learned on ${step.port}`);
        break;
      case "flood":
        lines.push(
          `     -> flooding${step.vlan === undefined ? "" : ` VLAN ${step.vlan}`} to ${step.ports.join(", ") || "no port"}`,
        );
        break;
      case "learn":
        lines.push(`     >> ${step.text}`);
        break;
      case "conntrack":
        lines.push(`     -> conntrack zone ${step.zone}: ${step.state}`);
        break;
      case "drop":
        lines.push(`     -> dropped: ${step.element.text}`);
        break;
      default:
        break;
    }
  }
  lines.push("");
  if (trace.outputs.length === 0)
    lines.push(trace.unknowns.length > 0 ? "Output: cannot be told" : "Output: none, the packet is dropped");
  for (const o of trace.outputs) {
    const headers = Object.entries(o.packet).map(([k, v]) => `${k}=${v}`);
    lines.push(
      `Output: ${o.port}${o.vlan === null ? "" : ` vlan=${o.vlan}`}${o.tun_id === null ? "" : ` tun_id=${o.tun_id}`} ${headers.join(",")}`,
    );
  }
  return `${lines.join("\n")}\n`;
}
