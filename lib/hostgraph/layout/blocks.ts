/** Which column each device belongs to, and what is drawn around it. No coordinates yet. */
import type { HostGraph } from "../../api/http.ts";
import type { RolledGraph } from "./rollup.ts";
import type { Box, SceneNode } from "./scene.ts";
import { byName } from "./sort.ts";

export const COLUMN = { guest: 0, filter: 1, integration: 2, bridge: 3, sub: 4, nic: 5 } as const;
export const COLUMN_TITLES = [
  "Guests",
  "Port bridges",
  "Integration",
  "Uplink bridges",
  "Subinterfaces",
  "NICs",
] as const;

/** A box with its ports, or one card alone. */
export interface Block {
  id: string;
  column: number;
  /** Absent for a lone card. */
  box?: Pick<Box, "kind" | "title" | "subtitle" | "node">;
  left: SceneNode[];
  right: SceneNode[];
  /** NICs that are ports of this bridge and stand in the last column. */
  nics: SceneNode[];
}

export interface Blocks {
  list: Block[];
  /** Node id → its block. */
  of: Map<string, Block>;
  /** Peers of a node by veth, patch and guest links. */
  peers: Map<string, string[]>;
  /** Node id → devices that stand on it (a VLAN on its NIC, a tunnel on the device with its address, a bond's members). */
  parents: Map<string, string[]>;
  nodes: Map<string, SceneNode>;
}

export function blocksOf(graph: RolledGraph, titles: HostGraph["namespaces"] = []): Blocks {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const peers = joined(graph, ["veth", "patch", "guest"]);
  const parents = joined(graph, ["parent", "tunnel"]);
  const integration = integrationBridge(graph.nodes);
  const list: Block[] = [];
  const byId = new Map<string, Block>();
  const block = (id: string, column: number, box?: Block["box"]): Block => {
    const known = byId.get(id);
    if (known) return known;
    const made: Block = { id, column, left: [], right: [], nics: [], ...(box ? { box } : {}) };
    byId.set(id, made);
    list.push(made);
    return made;
  };
  for (const node of graph.nodes) {
    if (isBox(node)) block(node.id, boxColumn(node, integration), boxOf(node));
  }
  for (const space of titles) {
    block(`${space.name}/`, COLUMN.integration, namespaceBox(space.name, space.title));
  }
  const columnOf = (id: string): number => {
    const node = nodes.get(id);
    if (!node) return COLUMN.integration;
    if (isBox(node)) return boxColumn(node, integration);
    const around = node.bridge ? nodes.get(node.bridge) : undefined;
    return around && isBox(around) ? boxColumn(around, integration) : cardColumn(node);
  };
  for (const node of graph.nodes) {
    if (isBox(node)) continue;
    if (node.netns !== "root" && node.kind !== "guest") {
      block(`${node.netns}/`, COLUMN.integration, namespaceBox(node.netns)).left.push(node);
      continue;
    }
    const home = node.bridge ? byId.get(node.bridge) : undefined;
    if (home && node.kind === "nic") {
      home.nics.push(node);
      block(node.id, COLUMN.nic).left.push(node);
    } else if (home) {
      (edgeOf(node, home.column, peers, columnOf) === "left" ? home.left : home.right).push(node);
    } else block(node.id, cardColumn(node)).left.push(node);
  }
  const of = new Map<string, Block>();
  for (const item of list) {
    if (item.box) of.set(item.id, item);
    for (const node of [...item.left, ...item.right]) of.set(node.id, item);
  }
  return { list, of, peers, parents, nodes };
}

function joined(graph: RolledGraph, kinds: readonly string[]): Map<string, string[]> {
  const result = new Map<string, string[]>();
  const push = (from: string, to: string) => {
    const list = result.get(from);
    if (list) list.push(to);
    else result.set(from, [to]);
  };
  for (const edge of graph.edges) {
    if (!kinds.includes(edge.kind)) continue;
    push(edge.from, edge.to);
    push(edge.to, edge.from);
  }
  return result;
}

function isBox(node: SceneNode): boolean {
  return node.netns === "root" && (node.kind === "ovs-bridge" || node.kind === "linuxbridge" || node.kind === "qbr");
}

/** `br-int`, else the bridge with the most ports that belong to Neutron. */
function integrationBridge(nodes: SceneNode[]): string | undefined {
  const bridges = nodes.filter((node) => node.kind === "ovs-bridge").map((node) => node.id);
  if (bridges.includes("root/br-int")) return "root/br-int";
  const ports = (id: string) => nodes.filter((node) => node.bridge === id && node.portId !== undefined).length;
  return bridges.filter((id) => ports(id) > 0).sort((a, b) => ports(b) - ports(a) || byName(a, b))[0];
}

function boxColumn(node: SceneNode, integration: string | undefined): number {
  if (node.kind === "qbr") return COLUMN.filter;
  if (node.kind === "linuxbridge") return COLUMN.integration;
  if (node.id === integration) return COLUMN.integration;
  // Trunk bridges of neutron.services.trunk stand between a guest and br-int.
  return node.name.startsWith("tbr-") ? COLUMN.filter : COLUMN.bridge;
}

function cardColumn(node: SceneNode): number {
  switch (node.kind) {
    case "guest":
      return COLUMN.guest;
    case "tap":
    case "qvb":
      return COLUMN.filter;
    case "vlan":
    case "vxlan":
      return COLUMN.sub;
    case "nic":
    case "other":
      return COLUMN.nic;
    default:
      return COLUMN.integration;
  }
}

function edgeOf(
  node: SceneNode,
  column: number,
  peers: Map<string, string[]>,
  columnOf: (id: string) => number,
): "left" | "right" {
  switch (node.kind) {
    case "qvb":
    case "tunnel":
    case "vlan":
    case "vxlan":
      return "right";
    case "patch": {
      const peer = peers.get(node.id)?.[0];
      return peer !== undefined && columnOf(peer) < column ? "left" : "right";
    }
    default:
      return "left";
  }
}

function boxOf(node: SceneNode): Block["box"] {
  const kind = node.kind === "qbr" || node.kind === "linuxbridge" ? node.kind : "ovs-bridge";
  return { kind, title: node.name, node, ...(node.detail && kind !== "qbr" ? { subtitle: node.detail } : {}) };
}

function namespaceBox(name: string, title?: string): Block["box"] {
  const short = /^(qrouter|qdhcp|snat|fip)-([0-9a-f]{8})/.exec(name);
  return { kind: "namespace", title: short ? `${short[1]}-${short[2]}` : name, ...(title ? { subtitle: title } : {}) };
}
