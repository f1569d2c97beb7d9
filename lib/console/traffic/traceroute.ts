/** `traceroute`: a packet with one more hop to live each time, until somebody tells that it has arrived (Debian's traceroute 2.1). */
import type { Probe } from "../../datapath/walk/probe.ts";
import { CommandError } from "../../host/command/command.ts";
import { canonicalIp } from "../../net/address.ts";
import type { PacketView } from "../../net/packet.ts";
import { type Answer, lines } from "../answer.ts";
import { spread } from "../spread.ts";
import type { Call, Terminal } from "../terminal.ts";
import { arrival, exchange, originOf } from "./ping.ts";
import { milliseconds, roundTrips } from "./rtt.ts";
import { whyLost } from "./why.ts";

const FIRST_PORT = 33_434;
const PROBES = 3;
const PAYLOAD = 32;
/** More would be more than one line may send. */
const MOST_HOPS = 15;

export function traceroute(terminal: Terminal, { words, netns }: Call): Answer {
  const { to, hops, icmp, numeric } = read(words);
  const target = canonicalIp(to);
  if (target === undefined)
    throw new CommandError(
      `${to}: Name or service not known\nCannot handle "host" cmdline arg \`${to}' on position 1 (argc 1)`,
      2,
    );
  const head = `traceroute to ${to} (${target}), ${hops} hops max, ${target.includes(":") ? 80 : 60} byte packets`;
  const rows: string[] = [];
  const from = originOf(terminal, netns);
  for (let ttl = 1; ttl <= Math.min(hops, MOST_HOPS); ttl++) {
    const probe: Probe = icmp
      ? { from, to: target, proto: "icmp", size: PAYLOAD, ttl }
      : { from, to: target, proto: "udp", dport: FIRST_PORT + (ttl - 1) * PROBES, size: PAYLOAD, ttl };
    const done = exchange(terminal, probe, PROBES, 0);
    if (ttl === 1 && done.verdict.code === "NO_ROUTE" && !done.events.some((event) => event.kind === "frame"))
      throw new CommandError(`${head}\nconnect: Network is unreachable`, 1);
    const packet = arrival(done.events, "error") ?? arrival(done.events, "reply");
    if (!packet) {
      terminal.notes.push(whyLost(terminal.cloud, probe, done));
      // With more hops to live it would be lost at the same place.
      for (let i = ttl; i <= hops; i++) rows.push(row(i, "* * *"));
      break;
    }
    const who = packet.ip_src ?? target;
    const mark = markOf(packet);
    const times = roundTrips(done.events, PROBES).map((us) => `${milliseconds(us)} ms${mark}`);
    rows.push(row(ttl, `${numeric ? who : `${who} (${who})`}  ${times.join("  ")}`));
    if (!isPassing(packet)) break;
  }
  return lines([head, ...rows]);
}

const row = (number: number, text: string) => `${String(number).padStart(2)}  ${text}`;

const isPassing = ({ icmp_type: type, ip_src: src = "" }: PacketView) => type === (src.includes(":") ? 3 : 11);

/** What stands behind a time: `!H`, where it went no further than to who tells so. */
function markOf({ icmp_type: type, icmp_code: code = 0, ip_src: src = "" }: PacketView): string {
  if (src.includes(":")) return type === 1 && code !== 4 ? ` ${["!N", "!X", "", "!H"][code] ?? ""}`.trimEnd() : "";
  if (type !== 3 || code === 3) return "";
  return ` ${{ 0: "!N", 1: "!H", 2: "!P", 4: "!F", 9: "!X", 10: "!X", 13: "!X" }[code] ?? `!<${code}>`}`;
}

function read(typed: readonly string[]): { to: string; hops: number; icmp: boolean; numeric: boolean } {
  const words = spread(typed, { flags: "nI46U", valued: "mwqisp" });
  const out = { hops: 30, icmp: false, numeric: false };
  let to: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "-n") out.numeric = true;
    else if (word === "-I") out.icmp = true;
    else if (word === "-m") out.hops = Math.min(255, Math.max(1, Number(words[++i]) || 30));
    else if (/^-[wq]$/.test(word)) i++;
    else if (/^-[46U]$/.test(word)) continue;
    else if (word.startsWith("-"))
      throw new CommandError(`traceroute: ${word} is not supported here; -n, -I, -m are`, 2);
    else to ??= word;
  }
  if (to === undefined) throw new CommandError("Usage: traceroute [ -nI ] [ -m max_ttl ] host", 2);
  return { to, ...out };
}
