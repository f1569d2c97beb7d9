/** `arping` of iputils: who has an address on the link. The question is the one that a ping asks first. */
import type { TraceEvent } from "../../datapath/event.ts";
import { routeOutput } from "../../datapath/kernel/routing.ts";
import { walk } from "../../datapath/walk.ts";
import { CommandError } from "../../host/command/command.ts";
import { canonicalIp } from "../../net/address.ts";
import { type Answer, lines } from "../answer.ts";
import { spread } from "../spread.ts";
import type { Call, Terminal } from "../terminal.ts";
import { frameOf } from "./frame.ts";
import { originOf } from "./ping.ts";

const COUNT = 3;

export function arping(terminal: Terminal, { words, netns }: Call): Answer {
  const { to, device, count } = read(words);
  const target = canonicalIp(to);
  if (target === undefined || target.includes(":"))
    throw new CommandError(`arping: ${to}: Name or service not known`, 2);
  const dev = onLink(terminal, netns, target, device);
  terminal.countWalk();
  const events: TraceEvent[] = [];
  const steps = walk(terminal.world, { from: originOf(terminal, netns), to: target, proto: "icmp" });
  let step = steps.next();
  for (let asking = true; !step.done; step = steps.next()) {
    asking &&= step.value.leg === "arp-request" || step.value.leg === "arp-reply";
    if (!asking) continue;
    events.push(step.value);
    const frame = frameOf(step.value, terminal.now);
    if (frame) terminal.sent.push(frame);
  }
  terminal.count(events);
  const asked = events.find((event) => event.kind === "frame" && event.packet.arp_op === 1);
  if (asked?.kind !== "frame")
    throw new CommandError(
      `arping: ${dev} needs no question for ${target}: a permanent neighbour, or its own address`,
      2,
    );
  const { host, netns: place, packet } = asked;
  // Its own kernel takes the answer for no news; who is asked, and switches on the way, learn who asks.
  terminal.remember(
    step
      .value()
      .filter((one) =>
        one.kind === "neighbour"
          ? one.entry.mac === packet.arp_sha && !(one.host === host && one.netns === place)
          : one.kind !== "connection",
      ),
  );
  const answer = events.find(
    (event) => event.kind === "frame" && event.packet.arp_op === 2 && event.host === host && event.netns === place,
  );
  const mac = answer?.kind === "frame" ? answer.packet.arp_sha : undefined;
  const rows =
    mac === undefined ? [] : Array.from({ length: count }, () => `Unicast reply from ${target} [${mac.toUpperCase()}]`);
  return lines(
    [
      `ARPING ${target} from ${packet.arp_spa} ${dev}`,
      ...rows,
      `Sent ${count} probes (${mac === undefined ? count : 1} broadcast(s))`,
      `Received ${rows.length} response(s)`,
    ],
    mac === undefined ? 1 : 0,
  );
}

function read(words: readonly string[]): { to: string; device?: string; count: number } {
  let to: string | undefined;
  let device: string | undefined;
  let count = COUNT;
  const rest = spread(words, { flags: "fqb", valued: "cIwi" });
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] as string;
    if (word === "-c") count = Math.min(100, Math.max(1, Number(rest[++i]) || COUNT));
    else if (word === "-I") device = rest[++i];
    else if (word === "-w" || word === "-i") i++;
    else if (/^-[fqb]$/.test(word)) continue;
    else if (word.startsWith("-"))
      throw new CommandError(`arping: ${word} is not supported here; -c, -I, -w, -f are`, 2);
    else to = word;
  }
  if (to === undefined) throw new CommandError("Usage: arping [options] <destination>", 2);
  return { to, count, ...(device !== undefined && { device }) };
}

/** The device that the question leaves by: it must be the one that routes to the address without a gateway. */
function onLink(terminal: Terminal, netns: string, target: string, device: string | undefined): string {
  if (terminal.guest) return device ?? "eth0";
  const ns = terminal.namespace(netns);
  if (device !== undefined && !ns.links.some((link) => link.name === device))
    throw new CommandError(`arping: Device ${device} not available.`, 2);
  const route = routeOutput(ns, { dst: target });
  if (route.kind !== "unicast" || route.nexthop !== target)
    throw new CommandError(
      `arping: only addresses on a link can be asked for here; \`ip route get ${target}\` says where it is`,
      2,
    );
  if (device !== undefined && route.dev !== device)
    throw new CommandError(`arping: ${target} is on ${route.dev}, not on ${device}`, 2);
  return route.dev;
}
