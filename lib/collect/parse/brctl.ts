/** `brctl showstp` and `brctl showmacs`: what bridge(8) says, for hosts where only brctl was run. */
import type { Note } from "../gaps.ts";
import { lines } from "./lines.ts";

export interface BrctlPort {
  number: number;
  name: string;
  state: string;
}

/** Ports of one bridge with their STP state. */
export function parseShowStp(text: string, note: Note): BrctlPort[] {
  const out: BrctlPort[] = [];
  let port: BrctlPort | undefined;
  for (const { number, text: line } of lines(text, note)) {
    const head = /^(\S.*) \((\d+)\)\s*$/.exec(line);
    if (head) {
      port = { number: Number(head[2]), name: head[1] as string, state: "unknown" };
      out.push(port);
      continue;
    }
    const state = /^\s.*\bstate\s+(\S+)\s*$/.exec(line)?.[1];
    if (state !== undefined) {
      if (port) port.state = state;
      else note("a port's state without its port", number, line);
    } else if (!/^\s/.test(line) && number > 1) note("not understood", number, line);
  }
  return out;
}

export interface BrctlMac {
  port: number;
  mac: string;
  local: boolean;
}

export function parseShowMacs(text: string, note: Note): BrctlMac[] {
  const out: BrctlMac[] = [];
  for (const { number, text: line } of lines(text, note)) {
    if (/^port no\s+mac addr/.test(line)) continue;
    const m = /^\s*(\d+)\s+([0-9a-f]{2}(?::[0-9a-f]{2}){5})\s+(yes|no)\s+[\d.]+\s*$/.exec(line);
    if (m) out.push({ port: Number(m[1]), mac: m[2] as string, local: m[3] === "yes" });
    else note("not an FDB entry", number, line);
  }
  return out;
}
