/**
 * Round trips. A walk takes no time of its own: ten microseconds stand for each device that a packet passes, so that longer
 * ways take longer. Printed as iputils does (ping_common.c, gather_statistics and finish).
 */
import type { TraceEvent } from "../../datapath/event.ts";

const DEVICE_US = 10;

/** Microseconds of the first exchange, which may have had to ask for addresses, and of those after it. */
export function roundTrips(events: readonly TraceEvent[], count: number): number[] {
  const frames = events.filter((one) => one.kind === "frame" && /^(0|r\d+)$/.test(one.branch));
  const passed = (which: RegExp) => DEVICE_US * Math.max(1, frames.filter((one) => which.test(one.leg)).length);
  return Array.from({ length: count }, (_, i) => passed(i === 0 ? /./ : /^(request|reply)$/));
}

/** `0.310`, `1.31`, `13.1`: as many digits as ping gives. */
export function milliseconds(us: number): string {
  if (us >= 100_000) return String(Math.trunc(us / 1000));
  return (us / 1000).toFixed(us >= 10_000 ? 1 : us >= 1000 ? 2 : 3);
}

export function statistics(times: readonly number[]): string {
  const average = times.reduce((sum, one) => sum + one, 0) / times.length;
  const squares = times.reduce((sum, one) => sum + one * one, 0) / times.length;
  const deviation = Math.sqrt(Math.max(0, squares - average * average));
  const all = [Math.min(...times), average, Math.max(...times), deviation];
  return `rtt min/avg/max/mdev = ${all.map((us) => (Math.trunc(us) / 1000).toFixed(3)).join("/")} ms`;
}
