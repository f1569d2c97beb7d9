import type { DeviceNode } from "../../lib/api/http.ts";
import { MARK_WORDS } from "./marks.tsx";

export const KIND_WORDS: Record<DeviceNode["kind"], string> = {
  guest: "guest",
  tap: "guest's tap",
  qbr: "port bridge",
  qvb: "veth to the port bridge",
  qvo: "veth to br-int",
  linuxbridge: "Linux bridge",
  "ovs-bridge": "OVS bridge",
  patch: "patch port",
  tunnel: "tunnel port",
  nic: "network card",
  veth: "veth",
  "router-port": "router port",
  "dhcp-port": "DHCP port",
  vlan: "VLAN subinterface",
  vxlan: "VXLAN device",
  internal: "internal port",
  other: "other device",
};

/** The whole of what a card says, as one phrase. */
export function deviceLabel(node: DeviceNode): string {
  const parts = [node.kind === "guest" ? `${node.label}` : node.name, KIND_WORDS[node.kind]];
  if (node.label && node.kind !== "guest") parts.push(node.label);
  if (node.detail) parts.push(node.detail);
  if (node.tag !== undefined) parts.push(`tag ${node.tag}`);
  if (node.networkName) parts.push(`network ${node.networkName}`);
  if (node.netns !== "root" && node.kind !== "guest") parts.push(`in ${node.netns}`);
  parts.push(...node.marks.map((mark) => MARK_WORDS[mark].long));
  return parts.join(", ");
}

/** Cuts in the middle, so that both the prefix and the id's end stay readable. */
export function middle(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = Math.ceil((limit - 1) * 0.6);
  return `${text.slice(0, head)}…${text.slice(text.length - (limit - 1 - head))}`;
}

export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
