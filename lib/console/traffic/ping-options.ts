/** The options of ping that mean something to a packet that is walked (iputils ping/ping.c). */
import { CommandError } from "../../host/command/command.ts";
import { spread } from "../spread.ts";

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
const VERSION = "ping from iputils 20221126";
const MOST = 100;

const USAGE =
  "Here: -c COUNT -i INTERVAL -s SIZE -t TTL -I DEVICE|ADDRESS -M do|want|dont -q -4 -6; -W, -w, -n and others change nothing";

const LETTERS = { flags: "46aABbdDfhLnOqrUvV", valued: "ceiIlmMpQsStwW" };

export function readPing(program: string, words: readonly string[]): PingOptions {
  const out: { -readonly [K in keyof PingOptions]?: PingOptions[K] } = program === "ping6" ? { family: 6 } : {};
  const rest = spread(words, LETTERS);
  let options = true;
  while (rest.length > 0) {
    const word = rest.shift() as string;
    const letter = options && word.startsWith("-") ? word.charAt(1) : "";
    if (options && word === "--") options = false;
    else if (letter === "") {
      if (out.to !== undefined) throw usage("more than one destination");
      out.to = word;
    } else if (LETTERS.valued.includes(letter)) {
      const value = rest.shift();
      if (value === undefined) throw usage(`option requires an argument -- '${letter}'`);
      setValue(out, letter, value);
    } else if (letter === "4") out.family = 4;
    else if (letter === "6") out.family = 6;
    else if (letter === "q") out.quiet = true;
    else if (letter === "h" || letter === "V") throw new CommandError(letter === "h" ? USAGE : VERSION, 0);
    else if (!LETTERS.flags.includes(letter)) throw usage(`invalid option -- '${letter}'`);
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
