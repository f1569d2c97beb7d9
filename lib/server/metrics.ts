/** What the server counts, for Prometheus. Labels are words of ours: never names, addresses or anything else that users typed. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Outcome, TraceEvent, VerdictCode } from "../datapath/event.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import { run } from "../store/statement.ts";
import type { RequestRoute } from "./request-route.ts";

/** Seconds. Most requests take a few milliseconds; a trace through a large cloud takes a second. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class Metrics {
  private readonly registry = new Registry();
  private readonly requests = new Counter({
    name: "underlay_http_requests_total",
    help: "Requests that were answered.",
    labelNames: ["service", "route", "method", "status"],
    registers: [this.registry],
  });
  private readonly durations = new Histogram({
    name: "underlay_http_request_duration_seconds",
    help: "From a request's head to the end of its answer, without streams of changes.",
    labelNames: ["service", "route"],
    buckets: BUCKETS,
    registers: [this.registry],
  });
  private readonly streams = new Gauge({
    name: "underlay_event_streams",
    help: "Open streams of changes (/api/events).",
    registers: [this.registry],
  });
  private readonly traces = new Counter({
    name: "underlay_traces_total",
    help: "Traces that came to their verdict, by its outcome and code.",
    labelNames: ["outcome", "code"],
    registers: [this.registry],
  });
  private readonly objects = new Gauge({
    name: "underlay_objects",
    help: "Objects of the embedded cloud.",
    labelNames: ["kind"],
    registers: [this.registry],
  });
  private readonly hosts = new Gauge({
    name: "underlay_simulated_hosts",
    help: "Hosts of the embedded cloud that this process simulates.",
    registers: [this.registry],
  });
  private readonly newest = new Gauge({
    name: "underlay_event_log_position",
    help: "Number of the newest change of the embedded cloud.",
    registers: [this.registry],
  });
  private readonly oldest = new Gauge({
    name: "underlay_event_log_oldest_position",
    help: "Number of the oldest change that is kept.",
    registers: [this.registry],
  });
  private readonly age = new Gauge({
    name: "underlay_event_log_age_seconds",
    help: "Since the newest change.",
    registers: [this.registry],
  });

  constructor() {
    // Coarser than the default, which wakes an idle process a hundred times a second.
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 100 });
  }

  answered({ service, route }: RequestRoute, method: string, status: number, seconds: number | undefined): void {
    this.requests.inc({ service, route, method: METHODS.has(method) ? method : "other", status });
    if (seconds !== undefined) this.durations.observe({ service, route }, seconds);
  }

  /** @returns to be called when it ends */
  streamOpened(): () => void {
    this.streams.inc();
    return () => this.streams.dec();
  }

  /** The same events; when they have come to their end, the trace is counted by its last verdict. */
  *counted(events: Iterable<TraceEvent>): Generator<TraceEvent> {
    let verdict: { outcome: Outcome; code: VerdictCode } | undefined;
    for (const event of events) {
      if (event.kind === "verdict") verdict = event;
      yield event;
    }
    if (verdict) this.traces.inc({ outcome: verdict.outcome, code: verdict.code });
  }

  readonly contentType = this.registry.contentType;

  /** As Prometheus reads it, with what is counted at this moment. */
  async text({ store, simulation }: Pick<EmbeddedCloud, "store" | "simulation">, now = Date.now()): Promise<string> {
    const { rows } = await run<{ kind: string; count: number | string }>(
      store.read,
      "select kind, count(*) as count from objects group by kind",
      [],
    );
    this.objects.reset();
    for (const { kind, count } of rows) this.objects.set({ kind }, Number(count));
    this.hosts.set(simulation.moment().hosts.length);
    const { newest, oldest } = await store.lastEvent();
    this.newest.set(newest);
    this.oldest.set(oldest);
    const [last] = await store.events(newest - 1, 1);
    this.age.set(last ? Math.max(0, (now - last.at) / 1000) : 0);
    return this.registry.metrics();
  }
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
