/** The verdict for a project: its code, and a sentence that names what the project itself has. */
import type { VerdictCode, VerdictEvent } from "../../datapath/event.ts";
import { LEGS } from "../summary.ts";
import type { Knowledge, Zone } from "./known.ts";
import { providerPlace } from "./step.ts";

export interface Ends {
  /** As the project calls them. */
  readonly from: string;
  readonly to: string;
}

export function redactVerdict(known: Knowledge, verdict: VerdictEvent, zone: Zone, ends: Ends): VerdictEvent {
  const { outcome, code, leg, branch } = verdict;
  const resource = zone.kind === "provider" ? undefined : verdict.resource && known.resource(verdict.resource);
  return {
    kind: "verdict",
    seq: 0,
    outcome,
    code,
    leg,
    branch: branch.split(".")[0] ?? "0",
    ...(zone.kind === "provider" && (outcome === "dropped" || outcome === "unknown")
      ? providerPlace(outcome)
      : zone.place),
    ...(resource && { resource }),
    summary: sentence(
      verdict,
      zone,
      ends,
      resource && `${resource.type.replaceAll("_", " ")} ${resource.name ?? resource.id}`,
    ),
  };
}

function sentence(v: VerdictEvent, zone: Zone, { from, to }: Ends, whose: string | undefined): string {
  const leg = LEGS[v.leg];
  if (v.outcome === "delivered" && v.code === "DELIVERED")
    return v.leg.startsWith("dhcp")
      ? `${from} got its address: the whole DHCP exchange came through.`
      : `${from} reached ${to}, and the ${leg} came back.`;
  if (v.outcome === "exited")
    return `The ${leg} left the cloud by the provider’s network. What becomes of it there is not known here.`;
  if (zone.kind === "provider") return ofProvider(v, leg);
  const where = zone.kind === "port" || zone.kind === "guest" ? `the instance ${zone.place.host}` : zone.place.host;
  const sentence = OWN[v.code]?.({ leg, where, to, whose }) ?? `The ${leg} ended at ${where}.`;
  return sentence.replace(/^the /, "The ");
}

function ofProvider({ outcome, code }: VerdictEvent, leg: string): string {
  if (outcome === "delivered") return `An answer came back, but not as it should: ${words(code)}.`;
  if (outcome === "unknown")
    return `What happens to the ${leg} in the provider’s network is not known. An administrator of the cloud can see more.`;
  return `The ${leg} was dropped in the provider’s network, beyond your project. An administrator of the cloud can see where and why.`;
}

/** `NAT_MISSING` → `nat missing`. */
function words(code: string): string {
  return code.toLowerCase().replaceAll("_", " ");
}

interface Words {
  readonly leg: string;
  readonly where: string;
  readonly to: string;
  readonly whose: string | undefined;
}

/** Where the project itself can do something. */
const OWN: Partial<Record<VerdictCode, (words: Words) => string>> = {
  SECURITY_GROUP_DENIED: ({ leg, where, whose }) =>
    `No rule of ${whose ?? "the security groups"} allows the ${leg}; it was dropped at ${where}.`,
  PORT_SECURITY_BLOCKED: ({ leg, where }) =>
    `Port security dropped the ${leg} of ${where}: the source address is not the port’s.`,
  ARP_SPOOF_BLOCKED: ({ leg, where }) =>
    `ARP spoofing protection dropped the ${leg} of ${where}: the sender address is not the port’s.`,
  ARP_UNANSWERED: ({ where, to }) => `${where} asked for the next hop to ${to}, and nobody answered.`,
  NO_ROUTE: ({ leg, where }) => `${where} has no route for the ${leg}.`,
  GATEWAY_MISSING: ({ leg, where }) => `There is no working gateway for the ${leg} of ${where}.`,
  ROUTER_INTERFACE_MISSING: ({ where, to }) => `${where} has no way to ${to}: no router connects their subnets.`,
  LINK_DOWN: ({ leg, where }) => `The ${leg} stopped at ${where}: its port is down.`,
  MTU_EXCEEDED: ({ leg, where }) => `The ${leg} was too large at ${where}.`,
  TTL_EXCEEDED: ({ leg, where }) => `The ${leg} used up its time to live at ${where}.`,
  GUEST_REFUSED: ({ to }) => `${to} was reached, but refuses.`,
  PORT_NOT_BOUND: ({ where }) => `The port of ${where} is bound to no host.`,
  DHCP_NO_SERVER: ({ where }) => `No DHCP server runs for the network of ${where}.`,
  DHCP_NO_LEASE: ({ where }) => `The DHCP server has no address for ${where}.`,
  DHCP_UNREACHABLE: ({ leg }) => `The ${leg} does not reach the DHCP server.`,
  DUPLICATE_ADDRESS: () => "Two machines claim one address.",
};
