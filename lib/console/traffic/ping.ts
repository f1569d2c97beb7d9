/** `ping`: the exchange walks the simulated world, and its outcome prints in the words of iputils 20221126. */
import type { StepEvent, TraceEvent, VerdictEvent } from "../../datapath/event.ts";
import { routeOutput } from "../../datapath/kernel/routing.ts";
import type { Origin, Probe } from "../../datapath/walk/probe.ts";
import { walk } from "../../datapath/walk.ts";
import { CommandError } from "../../host/command/command.ts";
import { canonicalIp } from "../../net/address.ts";
import type { PacketView } from "../../net/packet.ts";
import { type Answer, lines } from "../answer.ts";
import type { Call, Terminal } from "../terminal.ts";
import { frameOf } from "./frame.ts";
import { type PingOptions, readPing } from "./ping-options.ts";
import { milliseconds, roundTrips, statistics } from "./rtt.ts";
import { whyLost } from "./why.ts";

/** Frames that one line keeps for captures: those of one exchange are repeated for each packet. */
const KEPT_FRAMES = 2000;
/** A packet that is smaller carries no time, and its answer tells none (struct timeval). */
const TIMEVAL = 16;

export interface Exchange {
  readonly events: readonly TraceEvent[];
  readonly verdict: VerdictEvent;
}

/** Sends it, lets captures see its frames, once for each time that it is sent, and devices remember what they learn. */
export function exchange(terminal: Terminal, probe: Probe, times = 1, spacing = 1000): Exchange {
  terminal.countWalk();
  const events: TraceEvent[] = [];
  const steps = walk(terminal.world, probe);
  let step = steps.next();
  for (; !step.done; step = steps.next()) events.push(step.value);
  terminal.remember(step.value());
  terminal.count(events, times);
  const verdict = events.at(-1);
  if (verdict?.kind !== "verdict") throw new Error("a walk ends with a verdict");
  for (let i = 0; i < times; i++)
    for (const event of events) {
      // Addresses are asked for once.
      if (i > 0 && (event.kind === "verdict" || !/^(request|reply|error)$/.test(event.leg))) continue;
      const frame = frameOf(event, terminal.now + i * spacing);
      if (frame && terminal.sent.length < KEPT_FRAMES)
        terminal.sent.push(i === 0 ? frame : { ...frame, packet: numbered(frame.packet, i + 1) });
    }
  return { events, verdict };
}

function numbered(packet: PacketView, seq: number): PacketView {
  return packet.icmp_seq === undefined ? packet : { ...packet, icmp_seq: seq };
}

export function originOf(terminal: Terminal, netns: string): Origin {
  const { guest } = terminal;
  return guest ? { kind: "guest", guest } : { kind: "netns", host: terminal.host.name, netns };
}

export function ping(terminal: Terminal, { program, words, netns }: Call): Answer {
  const options = readPing(program, words);
  if (options.wanted > options.count)
    terminal.notes.push(`Only ${options.count} of the ${options.wanted} packets were sent: one line sends no more.`);
  const to = targetOf(terminal, options);
  const probe: Probe = { from: originOf(terminal, netns), to, proto: "icmp", size: options.size };
  if (options.ttl !== undefined) probe.ttl = options.ttl;
  if (options.df !== undefined) probe.df = options.df;
  const source = sourceOf(terminal, netns, options, to);
  if (source !== undefined) probe.source = source;
  const done = exchange(terminal, probe, options.count, options.interval * 1000);
  const refused = atOnce(terminal, netns, done, to);
  if (refused !== undefined) throw new CommandError(`ping: ${refused}`, 2);
  return report(terminal, netns, options, to, done, probe);
}

function targetOf(terminal: Terminal, { to, family }: PingOptions): string {
  const known =
    canonicalIp(to) ??
    (to === "localhost" || to === terminal.host.name ? (family === 6 ? "::1" : "127.0.0.1") : undefined);
  if (known === undefined) throw new CommandError(`ping: ${to}: Name or service not known`, 2);
  if (family !== undefined && (family === 6) !== known.includes(":"))
    throw new CommandError(`ping: ${to}: Address family for hostname not supported`, 2);
  return known;
}

function sourceOf(terminal: Terminal, netns: string, { from }: PingOptions, to: string): string | undefined {
  if (from === undefined) return undefined;
  const address = canonicalIp(from);
  if (terminal.guest) return address;
  const ns = terminal.namespace(netns);
  if (address !== undefined) {
    if (!ns.addresses.some((one) => one.address === address))
      throw new CommandError("ping: bind: Cannot assign requested address", 2);
    return address;
  }
  if (!ns.links.some((link) => link.name === from)) throw new CommandError(`ping: unknown iface: ${from}`, 2);
  return ns.addresses.find((one) => one.dev === from && (one.family === 6) === to.includes(":"))?.address;
}

/** What the sender's own stack refuses before anything is sent. */
function atOnce(terminal: Terminal, netns: string, { events, verdict }: Exchange, to: string): string | undefined {
  if (events.some((event) => event.kind === "frame")) return undefined;
  if (verdict.code !== "NO_ROUTE") return undefined;
  if (terminal.guest) return "connect: Network is unreachable";
  const route = routeOutput(terminal.namespace(netns), { dst: to });
  const error = route.kind === "drop" ? route.error : undefined;
  if (error === "host-unreachable") return "connect: No route to host";
  return error === "admin-prohibited" ? "connect: Permission denied" : "connect: Network is unreachable";
}

interface Heard {
  /** One line for each packet that was sent; none where nothing was heard. */
  readonly line?: (seq: number) => string;
  readonly received: boolean;
}

function report(
  terminal: Terminal,
  netns: string,
  options: PingOptions,
  to: string,
  done: Exchange,
  probe: Probe,
): Answer {
  const { count, size, quiet } = options;
  const heard = hear(terminal, netns, options, to, done);
  const v6 = to.includes(":");
  const own =
    probe.source === undefined
      ? ""
      : ` from ${probe.source}${options.from === probe.source ? "" : ` ${options.from}`}:`;
  const head = v6
    ? `PING ${options.to}(${to})${own} ${size} data bytes`
    : `PING ${options.to} (${to})${own} ${size}(${size + 28}) bytes of data.`;
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const rows = quiet || !heard.line ? [] : numbers.map(heard.line);
  const errors = !heard.received && heard.line ? `, +${count} errors` : "";
  const loss = heard.received ? "0%" : "100%";
  const time = Math.round((count - 1) * options.interval * 1000);
  const sum = `${count} packets transmitted, ${heard.received ? count : 0} received${errors}, ${loss} packet loss, time ${time}ms`;
  const trips = heard.received && size >= TIMEVAL ? [statistics(roundTrips(done.events, count))] : [];
  if (done.verdict.outcome !== "delivered") terminal.notes.push(whyLost(terminal.cloud, probe, done));
  return lines(
    [head, ...rows, "", `--- ${options.to} ping statistics ---`, sum, ...(heard.received ? trips : [""])],
    heard.received ? 0 : 1,
  );
}

function hear(
  terminal: Terminal,
  netns: string,
  options: PingOptions,
  to: string,
  { events, verdict }: Exchange,
): Heard {
  if (verdict.outcome === "delivered") {
    const last = arrival(events, "reply");
    const ttl = last?.ttl ?? 64;
    const times = roundTrips(events, options.count);
    return {
      received: true,
      line: (seq) => {
        const time = options.size < TIMEVAL ? "" : ` time=${milliseconds(times[seq - 1] ?? 0)} ms`;
        return `${options.size + 8} bytes from ${last?.ip_src ?? to}: icmp_seq=${seq} ttl=${ttl}${time}`;
      },
    };
  }
  if (verdict.code === "MTU_EXCEEDED" && !events.some((event) => event.kind === "frame" && event.leg === "request"))
    return {
      received: false,
      line: () => `ping: local error: message too long, mtu=${mtuTowards(terminal, netns, to)}`,
    };
  if (/^arp-/.test(verdict.leg) && verdict.outcome === "dropped") {
    const asked = events.find((event) => event.kind === "frame" && event.leg === "arp-request");
    const own = asked?.kind === "frame" ? (asked.packet.arp_spa ?? asked.packet.ip_src) : undefined;
    return {
      received: false,
      line: (seq) =>
        `From ${own ?? "localhost"} icmp_seq=${seq} ${to.includes(":") ? "Destination unreachable: Address unreachable" : "Destination Host Unreachable"}`,
    };
  }
  const error = arrival(events, "error");
  const text = error && errorText(error);
  return text === undefined
    ? { received: false }
    : { received: false, line: (seq) => `From ${error?.ip_src} icmp_seq=${seq} ${text}` };
}

/** The packet of a leg as its addressee took it. */
export function arrival(events: readonly TraceEvent[], leg: StepEvent["leg"]): PacketView | undefined {
  const taken = events.findLast((event) => event.kind === "deliver" && event.leg === leg);
  return taken?.kind === "deliver" ? taken.packet : undefined;
}

function mtuTowards(terminal: Terminal, netns: string, to: string): number {
  const { guest } = terminal;
  if (guest) return guest.mtu;
  const ns = terminal.namespace(netns);
  const route = routeOutput(ns, { dst: to });
  const device = "dev" in route ? ns.links.find((link) => link.name === route.dev) : undefined;
  return (route.kind === "unicast" ? route.mtu : undefined) ?? device?.mtu ?? 1500;
}

/** ping_common.c pr_icmph, ping6_common.c pr_icmph. */
function errorText({ icmp_type: type, icmp_code: code, ip_src: src = "" }: PacketView): string | undefined {
  if (src.includes(":")) {
    if (type === 1)
      return `Destination unreachable: ${["No route", "Administratively prohibited", "Beyond scope of source address", "Address unreachable", "Port unreachable"][code ?? 0] ?? `Unknown code ${code}`}`;
    if (type === 2) return "Packet too big";
    return type === 3 ? "Time exceeded: Hop limit" : undefined;
  }
  if (type === 11) return "Time to live exceeded";
  if (type !== 3) return undefined;
  return UNREACHABLE[code ?? 0] ?? `Dest Unreachable, Bad Code: ${code}`;
}

const UNREACHABLE: Readonly<Record<number, string>> = {
  0: "Destination Net Unreachable",
  1: "Destination Host Unreachable",
  2: "Destination Protocol Unreachable",
  3: "Destination Port Unreachable",
  4: "Frag needed and DF set",
  9: "Destination Net Prohibited",
  10: "Destination Host Prohibited",
  13: "Packet filtered",
};
