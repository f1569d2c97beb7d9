/** A step in the project's own words; undefined for one that only the provider's machines take. */
import type { Place, Step, StepEvent } from "../../datapath/event.ts";
import { type Knowledge, PROVIDER, type Zone } from "./known.ts";
import { redactPacket } from "./packet.ts";

/** @param zone of the event, not the provider's */
export function redactStep(known: Knowledge, zone: Zone, event: StepEvent): Step | undefined {
  switch (event.kind) {
    case "frame":
      // A port's own filter has no card of its own in the project's world.
      return zone.kind === "port"
        ? undefined
        : { kind: "frame", dir: event.dir, packet: redactPacket(known, event.packet) };
    case "deliver":
      return {
        kind: "deliver",
        to: zone.kind === "guest" ? zone.name : zone.place.host,
        ...(event.packet && { packet: redactPacket(known, event.packet) }),
      };
    case "nat": {
      const packet = redactPacket(known, event.packet);
      const [from, to] = [ends(known, event.from), ends(known, event.to)];
      if (zone.kind !== "router" || !from || !to) return undefined;
      return {
        kind: "redacted",
        by: "router",
        outcome: "carried",
        text: `${event.nat.toUpperCase()} ${from} → ${to}`,
        packet,
      };
    }
    case "route":
      return zone.kind === "router" ? routeStep(known, event) : undefined;
    case "rule":
    case "flow":
      return zone.kind === "port" ? ruleStep(known, event) : undefined;
    case "drop":
      return { kind: "redacted", by: byOf(zone), outcome: "dropped", text: "dropped here" };
    case "action":
    case "fdb":
    case "conntrack":
    case "neighbour":
    case "rewrite":
    case "flood":
    case "encap":
    case "decap":
    case "learn":
    case "assume":
    case "exit":
    case "redacted":
      return undefined;
    default:
      return event satisfies never;
  }
}

export function byOf(zone: Zone): Extract<Step, { kind: "redacted" }>["by"] {
  switch (zone.kind) {
    case "port":
      return "security group";
    case "guest":
    case "router":
    case "dhcp":
    case "provider":
      return zone.kind;
    default:
      return zone satisfies never;
  }
}

/** Of the project's own: a rule of a group that it sees. */
function ruleStep(known: Knowledge, event: StepEvent): Step | undefined {
  const rule = event.resource && known.resource(event.resource);
  if (rule?.type !== "security_group_rule") return undefined;
  return { kind: "redacted", by: "security group", outcome: "carried", text: `${rule.name ?? ""} allows it`.trim() };
}

/** A subnet of the project's, a route that it has set on the router, or the default. */
function routeStep(known: Knowledge, { text, via }: Extract<StepEvent, { kind: "route" }>): Step | undefined {
  const { subnets, routers } = known.known.api;
  const [to = ""] = text.split(" ");
  const told =
    to === "default" ||
    subnets.some((one) => one.cidr === to) ||
    routers.some((one) => one.routes?.some((route) => route.destination === to));
  if (!told) return undefined;
  const next = via !== undefined && known.hasAddress(via) ? ` by ${via}` : "";
  return { kind: "redacted", by: "router", outcome: "carried", text: `route to ${to}${next}` };
}

/** `10.0.0.5`, or with a port; undefined for a stranger's. */
function ends(known: Knowledge, text: string): string | undefined {
  const address = text.replace(/^\[?([0-9a-f:.]+?)\]?(?::\d+)?$/i, "$1");
  const plain = /^\d+\.\d+\.\d+\.\d+:\d+$/.test(text) ? text.split(":")[0] : address;
  return known.hasAddress(text) || (plain !== undefined && known.hasAddress(plain)) ? text : undefined;
}

/** The provider's part of a way, as one step. */
export function segment(
  { leg, branch }: { leg: StepEvent["leg"]; branch: string },
  outcome: SegmentOutcome,
): Omit<Extract<StepEvent, { kind: "redacted" }>, "seq"> {
  return { kind: "redacted", by: "provider", outcome, text: OUTCOMES[outcome], leg, branch, ...providerPlace(outcome) };
}

type SegmentOutcome = "carried" | "dropped" | "unknown";

const OUTCOMES: Record<SegmentOutcome, string> = { carried: "carried", dropped: "dropped here", unknown: "not known" };

export function providerPlace(outcome: SegmentOutcome): Place {
  return { ...PROVIDER, device: OUTCOMES[outcome] };
}
