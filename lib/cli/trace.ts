/** `underlay trace`: one exchange over a bundle or the embedded cloud, as NDJSON or as text. */

import type { TraceQuery } from "../api/http.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { Outcome, TraceEvent } from "../datapath/event.ts";
import { EndError } from "../explain/end.ts";
import { traceCloud } from "../explain/trace.ts";
import { embeddedTrace } from "./embedded-trace.ts";
import { InputError } from "./input-error.ts";
import { openCloud } from "./open-cloud.ts";
import { cloudOption, DATA_USAGE, environmentOf, numberOption, type Options, parseOptions } from "./options.ts";
import { TraceText } from "./trace-text.ts";

const USAGE = `underlay trace --cloud <bundle directory or .tar.gz | embedded> --from END --to END [options]

  END            a server, port, address, MAC, router or host: name, id or the beginning
                 of an id (4 characters or more); a port also by its device (tap…, qr-…)
  --proto P      icmp (default), tcp, udp or dhcp; dhcp takes no --to
  --dport N      destination port, of tcp and udp alone (80)
  --size N       payload bytes (56 for icmp, else 0)
  --ttl N        time to live (64)
  --df           don't fragment
  --from-address A  send with this source address
${DATA_USAGE}
  --json         one JSON object a line: every event, the verdict last

Exit status: 0 delivered or exited, 1 dropped, 2 unknown or bad input.
`;

const VALUED = ["cloud", "from", "to", "proto", "dport", "size", "ttl", "from-address", "data"];
const STATUS: Record<Outcome, number> = { delivered: 0, exited: 0, dropped: 1, unknown: 2 };

export async function trace(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, VALUED, ["json", "df", "help"]);
  if (options.flags.has("help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const where = cloudOption(options);
  const query = queryOf(options);
  const json = options.flags.has("json");
  if (where === EMBEDDED.id) return run(embeddedTrace(query, environmentOf(options, process.env)), json);
  return run(eventsOf(await openCloud(where), query), json);
}

function queryOf(options: Options): TraceQuery {
  const from = options.values.get("from");
  if (from === undefined) throw new InputError("--from: expected a server, port, address or host");
  const proto = options.values.get("proto") ?? "icmp";
  if (proto !== "icmp" && proto !== "tcp" && proto !== "udp" && proto !== "dhcp")
    throw new InputError(`--proto: expected icmp, tcp, udp or dhcp, not ${JSON.stringify(proto.slice(0, 40))}`);
  const query: TraceQuery = { from, proto };
  const to = options.values.get("to");
  if (to !== undefined) query.to = to;
  else if (proto !== "dhcp") throw new InputError("--to: expected a server, port, address or host");
  const dport = numberOption(options, "dport", 1, 65535);
  if (dport !== undefined) query.dport = dport;
  const size = numberOption(options, "size", 0, 65507);
  if (size !== undefined) query.size = size;
  const ttl = numberOption(options, "ttl", 1, 255);
  if (ttl !== undefined) query.ttl = ttl;
  if (options.flags.has("df")) query.df = true;
  const source = options.values.get("from-address");
  if (source !== undefined) query.fromAddress = source;
  return query;
}

/** Complaints about the ends come with the first event. */
function* eventsOf(cloud: CollectedCloud, query: TraceQuery): Generator<TraceEvent> {
  yield* traceCloud(cloud, query);
}

async function run(events: Iterable<TraceEvent> | AsyncIterable<TraceEvent>, json: boolean): Promise<number> {
  const text = new TraceText(process.stdout.isTTY === true && !process.env.NO_COLOR);
  let status = 2;
  try {
    for await (const event of events) {
      process.stdout.write(json ? `${JSON.stringify(event)}\n` : text.lines(event));
      if (event.kind === "verdict") status = STATUS[event.outcome];
    }
  } catch (error) {
    if (error instanceof EndError) throw new InputError(asOption(error));
    throw error;
  }
  return status;
}

/** The same complaint, with the option as it is typed in place of the field. */
function asOption({ field, message }: EndError): string {
  const option = `--${field === "fromAddress" ? "from-address" : field}`;
  return message.startsWith(`${field}:`) ? `${option}${message.slice(field.length)}` : `${option}: ${message}`;
}
