import type { DeviceNode } from "../../lib/api/http.ts";
import type { Box, SceneNode } from "../../lib/hostgraph/layout/scene.ts";
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

const BOX_WORDS: Record<Box["kind"], string> = {
  "ovs-bridge": "OVS bridge",
  linuxbridge: "Linux bridge",
  qbr: "port bridge",
  namespace: "namespace",
};

/** A box's title and subtitle as they stand, and one phrase that says what it is. */
export function boxText(box: Box): { title: string; subtitle: string; label: string } {
  const title = middle(box.title, box.kind === "qbr" ? 18 : 26);
  const subtitle = cut(box.subtitle ?? "", 24);
  const of = box.kind === "namespace" && subtitle !== "" ? "" : (box.node?.label ?? "");
  const marks = (box.node?.marks ?? []).map((mark) => MARK_WORDS[mark].long);
  return { title, subtitle, label: [title, subtitle, BOX_WORDS[box.kind], of, ...marks].filter(Boolean).join(", ") };
}

/** What a card shows, in reading order; absent lines are empty. */
export interface CardText {
  name: string;
  /** Only where there is room: a port in its namespace has its address beside the name. */
  aside: string;
  second: string;
  tag: string;
}

export function cardText(node: SceneNode, wide: boolean): CardText {
  const mark = node.marks[0];
  const word = mark ? MARK_WORDS[mark].short : undefined;
  if (wide) {
    return {
      name: middle(node.name, 16),
      aside: cut(node.detail ?? "", 21),
      second: cut(word ?? node.label ?? node.networkName ?? "", 33),
      tag: node.tag === undefined ? "" : `tag ${node.tag}`,
    };
  }
  const guest = node.kind === "guest";
  const tagged = node.networkName ? `tag ${node.tag} · ${node.networkName}` : `tag ${node.tag}`;
  const second = word ?? (node.tag === undefined ? (node.detail ?? "") : tagged);
  return {
    name: guest ? cut(node.label ?? node.name, 16) : middle(node.name, 15),
    aside: "",
    second: cut(second, guest && !mark ? 16 : 19),
    tag: "",
  };
}

/** What the card shows, as it shows it, and then what it only means: one phrase. */
export function cardLabel(node: SceneNode, text: CardText): string {
  const shown = [text.name, text.aside, text.second, text.tag].filter(Boolean);
  if (node.stack) return [...shown, `${node.stack.marked} with a mark`, "press to open"].join(", ");
  const more = [
    KIND_WORDS[node.kind],
    node.kind === "guest" ? "" : node.label,
    node.networkName,
    ...node.marks.map((mark) => MARK_WORDS[mark].long),
  ];
  if (node.netns !== "root" && node.kind !== "guest") more.push(`in ${node.netns}`);
  const said = shown.join(" ");
  return [...shown, ...more.filter((part) => part && !said.includes(part))].join(", ");
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
