/** What joins the devices of a host. */
import type { DeviceNode, HostGraph } from "../api/http.ts";
import { deviceWithAddress, type HostContext } from "./context.ts";
import { isTunnel } from "./marks.ts";

export type Edge = HostGraph["edges"][number];

/** Every edge ends at nodes that are given; each pair of devices and kind has one edge. */
export function edgesOf(context: HostContext, nodes: DeviceNode[], guestPlugs: Map<string, string>): Edge[] {
  const ids = new Set(nodes.map((node) => node.id));
  const edges = new Map<string, Edge>();
  const add = (kind: Edge["kind"], from: string, to: string) => {
    if (from === to || !ids.has(from) || !ids.has(to)) return;
    const [a, b] = kind === "veth" || kind === "patch" ? [from, to].sort() : [from, to];
    const id = `${kind}:${a}--${b}`;
    if (a !== undefined && b !== undefined && !edges.has(id)) edges.set(id, { id, from: a, to: b, kind });
  };
  for (const [guest, tap] of guestPlugs) add("guest", guest, tap);
  for (const node of nodes) if (node.bridge) add("member", node.id, node.bridge);
  linkEdges(context, add);
  ovsEdges(context, add);
  return [...edges.values()];
}

type Add = (kind: Edge["kind"], from: string, to: string) => void;

function linkEdges(context: HostContext, add: Add): void {
  for (const ns of context.host.namespaces) {
    for (const link of ns.links) {
      const id = `${ns.name}/${link.name}`;
      if (link.linkName) {
        add(link.kind === "veth" ? "veth" : "parent", id, `${link.linkNetns ?? ns.name}/${link.linkName}`);
      } else if (link.tunnel?.local) {
        const dev = deviceWithAddress(context, link.tunnel.local);
        if (dev) add("tunnel", id, `root/${dev}`);
      }
      const master = link.master ? ns.links.find((l) => l.name === link.master) : undefined;
      if (master && master.kind !== "bridge") add("parent", id, `${ns.name}/${master.name}`);
    }
  }
}

function ovsEdges(context: HostContext, add: Add): void {
  for (const [name, plug] of context.plugs) {
    if (plug.iface.type === "patch") {
      const peer = plug.iface.options.peer;
      if (peer) add("patch", `root/${name}`, `root/${peer}`);
    } else if (isTunnel(plug)) {
      const local = plug.iface.options.local_ip ?? context.tunnelAddress;
      const dev = local ? deviceWithAddress(context, local) : undefined;
      if (dev) add("tunnel", `root/${name}`, `root/${dev}`);
    }
  }
}
