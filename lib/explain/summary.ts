/** The sentence of a verdict: what happened, where, and whose doing it was. The one place where verdicts become prose. */
import type { Leg, VerdictCode, VerdictEvent } from "../datapath/event.ts";
import type { Probe } from "../datapath/walk/probe.ts";

export interface Subject {
  probe: Probe;
  from: string;
  to: string;
}

export const LEGS: Record<Leg, string> = {
  "arp-request": "ARP request",
  "arp-reply": "ARP reply",
  "resolve-request": "ARP request",
  "resolve-reply": "ARP reply",
  request: "request",
  reply: "reply",
  error: "ICMP error",
  "dhcp-discover": "DHCP DISCOVER",
  "dhcp-offer": "DHCP OFFER",
  "dhcp-request": "DHCP REQUEST",
  "dhcp-ack": "DHCP ACK",
  "dhcp-nak": "DHCP NAK",
};

export function summarize(subject: Subject, v: VerdictEvent): string {
  const where = placeOf(v);
  const whose = v.resource ? `${v.resource.type.replaceAll("_", " ")} ${v.resource.name ?? v.resource.id}` : "";
  const text = v.element?.text ?? "";
  return SENTENCES[v.code]({ subject, where, leg: LEGS[v.leg], whose, text, v });
}

function placeOf(v: VerdictEvent): string {
  if (v.netns === "root") return `${v.device} on ${v.host}`;
  const guest = guestOf(v);
  return guest === undefined
    ? `${v.device} in ${v.netns} on ${v.host}`
    : `${v.device} of the instance ${guest} on ${v.host}`;
}

function guestOf(v: VerdictEvent): string | undefined {
  return v.netns.startsWith("guest:") ? v.netns.slice("guest:".length) : undefined;
}

interface Words {
  subject: Subject;
  where: string;
  leg: string;
  whose: string;
  text: string;
  v: VerdictEvent;
}

type Sentence = (w: Words) => string;

const of = (whose: string) => (whose === "" ? "" : ` (${whose})`);

const SENTENCES: Record<VerdictCode, Sentence> = {
  DELIVERED: ({ subject, where, v }) =>
    subject.probe.proto === "dhcp"
      ? `${subject.from} got its address: the whole DHCP exchange came through.`
      : `${subject.from} reached ${subject.to}, and the ${LEGS[v.leg]} came back to ${guestOf(v) ?? where}.`,
  EXITED_PHYSICAL_NETWORK: ({ leg, where }) =>
    `The ${leg} left the cloud by ${where}. What becomes of it beyond is not known here.`,
  LINK_DOWN: ({ leg, where, whose }) => `The ${leg} stopped at ${where}: the link is down${of(whose)}.`,
  NO_CARRIER_PEER: ({ leg, where, text }) => `The ${leg} stopped at ${where}: nothing is at the other end (${text}).`,
  MTU_EXCEEDED: ({ leg, where, text }) => `The ${leg} was too large at ${where}: ${text}.`,
  DEAD_VLAN: ({ leg, where, whose }) =>
    `The ${leg} met the dead VLAN 4095 at ${where}: the agent has not wired this port${of(whose)}.`,
  VLAN_MISMATCH: ({ leg, where, text }) => `The ${leg} never got to ${where}: it travels in another VLAN (${text}).`,
  NO_FLOW_MATCH: ({ leg, where }) => `No flow took the ${leg} at ${where}.`,
  FLOW_DROP: ({ leg, where, text }) => `A flow dropped the ${leg} at ${where}: ${text}.`,
  TUNNEL_MISSING: ({ leg, where, text }) => `There is no tunnel for the ${leg} at ${where}: ${text}.`,
  TUNNEL_KEY_UNKNOWN: ({ leg, where }) => `${where} does not know the tunnel key that the ${leg} came with.`,
  L2POP_ENTRY_MISSING: ({ leg, where, whose }) =>
    `${where} does not send the ${leg} to the host that it is for: the l2population entry is missing${of(whose)}.`,
  REMOTE_UNREACHABLE: ({ where, text }) => `The tunnel's other end cannot be reached from ${where}: ${text}.`,
  FDB_STALE: ({ leg, where, text }) => `The ${leg} ended at ${where}, which is not whom it was for: ${text}.`,
  ARP_UNANSWERED: ({ text }) => `Nobody answers for ${text.split(" ")[0] ?? "the address"}.`,
  ARP_SPOOF_BLOCKED: ({ leg, where, whose }) =>
    `ARP spoofing protection dropped the ${leg} at ${where}${of(whose)}: the sender address is not the port's.`,
  PORT_SECURITY_BLOCKED: ({ leg, where, whose }) =>
    `Port security dropped the ${leg} at ${where}${of(whose)}: the source address is not the port's.`,
  SECURITY_GROUP_DENIED: ({ leg, where, whose }) =>
    `No rule of ${whose || "the security groups"} allows the ${leg}; it was dropped at ${where}.`,
  FIREWALL_DENIED: ({ leg, where, text }) => `A firewall rule dropped the ${leg} at ${where}: ${text}.`,
  CONNTRACK_INVALID: ({ leg, where }) => `Connection tracking found the ${leg} invalid at ${where}.`,
  NO_ROUTE: ({ leg, where, text }) => `No route for the ${leg} at ${where}: ${text}.`,
  ROUTER_INTERFACE_MISSING: ({ where, whose, text }) => `No router answers from ${where}${of(whose)}: ${text}.`,
  FORWARDING_OFF: ({ leg, where, text }) => `The ${leg} stopped at ${where}, which does not forward: ${text}.`,
  RP_FILTER: ({ leg, where, text }) => `The reverse path filter dropped the ${leg} at ${where}: ${text}.`,
  NAT_MISSING: ({ leg, where, text, v, subject }) =>
    v.outcome === "delivered"
      ? `An answer came back, but not from ${subject.to}: ${v.netns} on ${v.host} answered itself (${text}).`
      : `An address was not translated: the ${leg} ended at ${where} (${text}).`,
  FLOATING_IP_NOT_CONFIGURED: ({ where, whose, text }) =>
    `The floating IP is not set up on its router${of(whose)}: ${text}, seen at ${where}.`,
  GATEWAY_MISSING: ({ where, whose, text }) => `There is no working gateway at ${where}${of(whose)}: ${text}.`,
  DHCP_NO_SERVER: ({ text, whose }) => `No DHCP server runs for the network${of(whose)}: ${text}.`,
  DHCP_NO_LEASE: ({ where, text }) => `The DHCP server at ${where} has no address for this port: ${text}.`,
  DHCP_UNREACHABLE: ({ leg, text }) => `The ${leg} does not reach the DHCP server: ${text}.`,
  METADATA_UNREACHABLE: ({ where, text }) => `The metadata service does not answer at ${where}: ${text}.`,
  NAMESPACE_MISSING: ({ text, whose }) => `The namespace ${text} is missing${of(whose)}.`,
  PORT_NOT_BOUND: ({ text, whose }) => `The port is bound to no host${of(whose)}: ${text}.`,
  PORT_NOT_PLUGGED: ({ where, text, whose }) => `The port is not plugged in at ${where}${of(whose)}: ${text}.`,
  BRIDGE_MAPPING_MISSING: ({ where, text }) => `${where} has no way to the physical network's bridge: ${text}.`,
  DUPLICATE_ADDRESS: ({ text, v }) =>
    `Two machines claim one address: ${text}${v.outcome === "delivered" ? "; this time the answer came back" : ""}.`,
  ASYMMETRIC_PATH: ({ leg, where }) => `The ${leg} takes another way than the request did, and is dropped at ${where}.`,
  TTL_EXCEEDED: ({ leg, where }) => `The ${leg} used up its time to live at ${where}.`,
  GUEST_REFUSED: ({ subject, text }) => `${subject.to} was reached, but refuses: ${text}.`,
  LOOP_DETECTED: ({ leg, where }) => `The ${leg} goes round in circles at ${where}.`,
  STATE_INCOMPLETE: ({ leg, where, text }) =>
    `The snapshot does not tell what happens to the ${leg} at ${where}: ${text}.`,
};
