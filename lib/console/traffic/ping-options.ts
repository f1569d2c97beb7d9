/** The options of ping that mean something to a packet that is walked (iputils ping/ping.c). */
import { CommandError } from "../../host/command/command.ts";

export interface PingOptions {
  readonly to: string;
  readonly family?: 4 | 6;
  readonly count: number;
  /** What was asked for: one line sends less. */
  readonly wanted: number;
  /** Seconds. */
  readonly interval: number;
  readonly size: number;
  readonly ttl?: number;
  readonly df?: boolean;
  /** Address or device. */
  readonly from?: string;
  readonly quiet: boolean;
}

/** Where nobody says how many: ping itself would go on. */
const COUNT = 4;
const MOST = 100;

const USAGE =
  "Here: -c COUNT -i INTERVAL -s SIZE -t TTL -I DEVICE|ADDRESS -M do|want|dont -q -4 -6; -W, -w and -n change nothing";

export function readPing(program: string, words: readonly string[]): PingOptions {
  const out: { -readonly [K in keyof PingOptions]?: PingOptions[K] } = program === "ping6" ? { family: 6 } : {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const m = /^-([cistIMWwl])(.*)$/.exec(word);
    if (m) {
      const value = m[2] || words[++i];
      if (value === undefined) throw usage(`option requires an argument -- '${m[1]}'`);
      setValue(out, m[1] as string, value);
    } else if (word === "-4") out.family = 4;
    else if (word === "-6") out.family = 6;
    else if (word === "-q") out.quiet = true;
    else if (/^-[nOvUDAbBdLr]+$/.test(word)) continue;
    else if (word.startsWith("-")) throw usage(`invalid option -- '${word.replace(/^-+/, "")}'`);
    else if (out.to !== undefined) throw usage("more than one destination");
    else out.to = word;
  }
  if (out.to === undefined) throw new CommandError(`ping: usage error: Destination address required`, 1);
  const wanted = out.wanted ?? COUNT;
  return { interval: 1, size: 56, quiet: false, ...out, wanted, count: Math.min(wanted, MOST), to: out.to };
}

function setValue(out: { -readonly [K in keyof PingOptions]?: PingOptions[K] }, letter: string, value: string): void {
  switch (letter) {
    case "c":
      out.wanted = whole(value, 1, Number.MAX_SAFE_INTEGER);
      return;
    case "i":
      out.interval = Number(value);
      if (!(out.interval >= 0 && out.interval <= 3600)) throw bad(value);
      return;
    case "s":
      out.size = whole(value, 0, 65507);
      return;
    case "t":
      out.ttl = whole(value, 1, 255);
      return;
    case "I":
      out.from = value;
      return;
    case "M":
      if (value !== "do" && value !== "want" && value !== "dont" && value !== "probe")
        throw usage(`invalid -M argument: ${value}`);
      if (value === "do" || value === "dont") out.df = value === "do";
      return;
    default:
  }
}

function whole(text: string, from: number, to: number): number {
  const n = Number(text);
  if (!/^\d+$/.test(text)) throw bad(text);
  if (n < from || n > to)
    throw new CommandError(`ping: invalid argument: '${text}': out of range: ${from} <= value <= ${to}`, 1);
  return n;
}

const bad = (text: string) => new CommandError(`ping: invalid argument: '${text}'`, 1);
const usage = (reason: string) => new CommandError(`ping: ${reason}\n${USAGE}`, 2);
