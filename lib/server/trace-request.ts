/** A trace as asked for over HTTP. Runs on the server. */
import { z } from "zod";
import type { TraceQuery } from "../api/http.ts";
import { Failure } from "../clouds/failure.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { TraceEvent } from "../datapath/event.ts";
import { EndError } from "../explain/end.ts";
import { traceCloud } from "../explain/trace.ts";

const whole = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `expected a number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `expected a number from ${from} to ${to}`)
    .optional();

const end = z.string().trim().min(1, "expected a server, port, address or host").max(255, "is longer than any name");

/** The query string of `trace` and `trace.pcapng`. Empty parameters count as absent. */
export const traceParameters = z.preprocess(
  (value) =>
    typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).filter(([, text]) => text !== ""))
      : value,
  z.object({
    from: z.string({ error: "expected a server, port, address or host" }).pipe(end),
    to: end.optional(),
    proto: z.enum(["icmp", "tcp", "udp", "dhcp"], { error: "expected icmp, tcp, udp or dhcp" }).default("icmp"),
    dport: whole(1, 65535),
    size: whole(0, 65507),
    ttl: whole(1, 255),
    df: z
      .enum(["0", "1", "true", "false"], { error: "expected 1 or 0" })
      .transform((text) => text === "1" || text === "true")
      .optional(),
    fromAddress: z.string().optional(),
  }),
);

export type TraceParameters = z.output<typeof traceParameters>;

/** Starts a trace. Throws Failure `bad_request` that names the field before the first event. */
export function startTrace(cloud: CollectedCloud, parameters: TraceParameters): Generator<TraceEvent> {
  const query: TraceQuery = { from: parameters.from, proto: parameters.proto };
  if (parameters.to !== undefined) query.to = parameters.to;
  if (parameters.dport !== undefined) query.dport = parameters.dport;
  if (parameters.size !== undefined) query.size = parameters.size;
  if (parameters.ttl !== undefined) query.ttl = parameters.ttl;
  if (parameters.df !== undefined) query.df = parameters.df;
  if (parameters.fromAddress !== undefined) query.fromAddress = parameters.fromAddress;
  try {
    return traceCloud(cloud, query);
  } catch (error) {
    if (!(error instanceof EndError)) throw error;
    throw new Failure("bad_request", error.message, {
      field: error.field,
      hint: "Type a name, an address, a MAC or an id of this cloud.",
    });
  }
}
