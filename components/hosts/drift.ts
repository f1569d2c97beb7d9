/** What a check found, as marks on the picture of a host. Pure. */
import type { CheckDifference, DeviceNode, HostGraph } from "../../lib/api/http.ts";

type Mark = DeviceNode["marks"][number];

/** The graph with what differs marked; the same object where nothing does. */
export function withDrift(graph: HostGraph, differences: readonly CheckDifference[]): HostGraph {
  if (differences.length === 0) return graph;
  const marks = new Map<string, Mark>();
  const missing: DeviceNode[] = [];
  const known = new Set(graph.nodes.map((node) => node.id));
  for (const one of differences) {
    const { netns = "root", device, bridge } = one.place;
    // A port or device that is not drawn, because the host lacks it, is drawn as such.
    if (device !== undefined && !known.has(`${netns}/${device}`)) {
      if (one.kind !== "missing" || (one.part !== "link" && one.part !== "port")) continue;
      known.add(`${netns}/${device}`);
      missing.push(missingNode(one, netns, device));
      continue;
    }
    const id = device !== undefined ? `${netns}/${device}` : bridge === undefined ? undefined : `root/${bridge}`;
    if (id === undefined) continue;
    const mark = one.part === "link" && one.kind === "unexpected" ? "unknown-to-neutron" : "differs";
    if (marks.get(id) !== "unknown-to-neutron") marks.set(id, mark);
  }
  const nodes = graph.nodes.map((node) => {
    const mark = marks.get(node.id);
    return mark === undefined || node.marks.includes(mark) ? node : { ...node, marks: [...node.marks, mark] };
  });
  return { ...graph, nodes: [...nodes, ...missing] };
}

function missingNode({ resource, part }: CheckDifference, netns: string, name: string): DeviceNode {
  return {
    id: `${netns}/${name}`,
    netns,
    name,
    kind: kindOf(name, part),
    ...(resource?.type === "port" ? { portId: resource.id } : {}),
    detail: "not on this host",
    up: false,
    marks: ["expected-missing"],
  };
}

const KINDS: readonly (readonly [RegExp, DeviceNode["kind"]])[] = [
  [/^tap/, "tap"],
  [/^qbr/, "qbr"],
  [/^qvb/, "qvb"],
  [/^qvo/, "qvo"],
  [/^brq/, "linuxbridge"],
  [/^(qr|qg|sg|fg|rfp|fpr)-/, "router-port"],
  [/^(vxlan|gre)-/, "tunnel"],
];

function kindOf(name: string, part: string): DeviceNode["kind"] {
  return KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? (part === "port" ? "patch" : "other");
}
