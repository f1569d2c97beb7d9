/**
 * Shapes around traces: who reaches whom, what was traced before, what a repair would change. Beside those of http.ts.
 *
 *   GET    /api/clouds/:cloud/reachability?proto=&dport=&project=&host=&network=   NDJSON of ReachEvent
 *   GET    /api/clouds/:cloud/trace?…      with the header X-Underlay-Remember: 1 the run is remembered
 *   GET    /api/clouds/:cloud/traces       RememberedRun[], newest first
 *   POST   /api/clouds/:cloud/traces       { again: id }   201 RememberedRun: the same question, asked now
 *   DELETE /api/clouds/:cloud/traces?id=…|all             204
 *   GET    /api/clouds/:cloud/traces/compare?a=&b=        Comparison
 *   GET    /api/clouds/:cloud/whatif?…same as trace       WhatIf
 */
import type { Outcome, TraceEvent, VerdictCode } from "../datapath/event.ts";
import type { TraceQuery } from "./http.ts";

/** Asks the server to keep what a trace came to. */
export const REMEMBER_HEADER = "x-underlay-remember";

/** One that a matrix asks from and to. */
export interface ReachEnd {
  /** What goes into a trace's `from` and `to`. */
  value: string;
  name: string;
  /** Addresses and, for administrators, the host. */
  detail: string;
}

/** First `start`, then a `pair` for each ordered pair, then `done`. Numbers are places in `ends`. */
export type ReachEvent =
  | { kind: "start"; ends: ReachEnd[]; pairs: number }
  | { kind: "pair"; from: number; to: number; outcome: Outcome; code: VerdictCode; summary: string }
  | { kind: "done"; seconds: number };

/** A trace that somebody ran. */
export interface RememberedRun {
  id: string;
  /** ISO time. */
  at: string;
  query: TraceQuery;
  outcome: Outcome;
  code: VerdictCode;
  summary: string;
  hops: number;
  /** Number of the newest event of the cloud that it had seen; absent for recordings. */
  moment?: number;
}

/** Two runs, the earlier first, and what happened in between. */
export interface Comparison {
  before: RememberedRun & { events: TraceEvent[] };
  after: RememberedRun & { events: TraceEvent[] };
  /** Absent for recordings, of which nothing changes. */
  between?: Between;
}

export interface Between {
  /** Of the API, as far as the asker may see them. Oldest first. */
  changes: { at: string; what: string; kind: string; id: string }[];
  /** On hosts: for administrators. */
  deeds: { at: string; host: string; agent: string; step: string; what: string[]; commands: string[]; more: number }[];
  /** There were more than are told, or some are no longer kept. */
  incomplete: boolean;
}

/** What a repair would make of a trace; nothing is changed by asking. */
export interface WhatIf {
  /** Absent where no repair is known. */
  repair?: {
    /** Commands on hosts, or on the cloud's own API (`host` absent). */
    scripts: { host?: string; script: string }[];
    outcome: Outcome;
    code: VerdictCode;
    summary: string;
  };
  /** What was looked for in vain, where the trace fails. */
  none?: string;
}
