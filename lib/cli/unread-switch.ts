/** What a bundle lacks of the bridges that a packet passed, in words that name the file. */
import type { FlowTrace } from "../datapath/openflow/trace.ts";
import type { Gap, HostState, OvsBridge } from "../host/state.ts";

/** Nothing when every bridge on the way is wholly known; else one text for each file that would have told. */
export function unreadOf(host: HostState, entry: string, trace: FlowTrace): string[] {
  const visited = new Set([entry, ...trace.tables.map((t) => t.bridge)]);
  const files: RegExp[] = [];
  if (host.unread?.includes("ovs")) files.push(/\/ovs\/ovs-vsctl-list-Bridge\.json$/);
  for (const bridge of host.ovs?.bridges ?? []) if (visited.has(bridge.name)) files.push(...missing(bridge, trace));
  const said = new Set(files.flatMap((file) => host.gaps.filter((g) => file.test(g.file)).map(textOf)));
  return [...said];
}

function missing(bridge: OvsBridge, trace: FlowTrace): RegExp[] {
  const own = `/ovs/${bridge.name.replaceAll(/[^\w-]/g, "\\$&")}/`;
  const out: RegExp[] = [];
  const steps = trace.steps;
  for (const part of bridge.unread ?? [])
    switch (part) {
      case "ports":
        out.push(/\/ovs\/ovs-vsctl-list-(Bridge|Port|Interface)\.json$/);
        break;
      case "fdb":
        if (steps.some((s) => s.kind === "flood")) out.push(new RegExp(`${own}fdb-show\\.txt$`));
        break;
      case "groups":
        if (trace.tables.some((t) => t.bridge === bridge.name && t.flow.includes("group:")))
          out.push(new RegExp(`${own}.*dump-groups\\.txt$`));
        break;
      default:
        part satisfies never;
    }
  // Single lines that could not be read spoil their own table alone: the lookup says so.
  if (!bridge.flowsKnown && !bridge.flowErrors) out.push(new RegExp(`${own}.*dump-flows\\.txt$`));
  return out;
}

function textOf(gap: Gap): string {
  return `${gap.file}${gap.line === undefined ? "" : `:${gap.line}`}: ${gap.reason}`;
}
