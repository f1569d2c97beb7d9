/** Who reaches whom: every ordered pair of a set of instances, traced over one moment of a cloud. */
import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import type { ReachEnd, ReachEvent } from "../api/reach.ts";
import { Failure, isFailure } from "../clouds/failure.ts";
import type { VerdictEvent } from "../datapath/event.ts";
import type { Guest } from "../host/world.ts";
import { server } from "../server.ts";
import type { Still } from "./sight.ts";
import { traceParameters } from "./trace-request.ts";

/** Instances in one matrix: more are neither read nor waited for. */
const MOST = 100;

const id = z.string().min(1).max(300).optional();

/** Empty parameters count as absent. */
export const reachParameters = z.preprocess(
  (value) =>
    typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).filter(([, text]) => text !== ""))
      : value,
  z.object({
    proto: z.enum(["icmp", "tcp", "udp"], { error: "expected icmp, tcp or udp" }).default("icmp"),
    dport: z
      .string()
      .regex(/^\d{1,5}$/, "expected a number from 1 to 65535")
      .optional(),
    project: id,
    host: id,
    network: id,
  }),
);

export type ReachParameters = z.output<typeof reachParameters>;

/** Throws Failure before the first event, as long as nothing has been answered. */
export function reachability(
  still: Still,
  asked: ReachParameters,
): (signal: AbortSignal) => AsyncGenerator<ReachEvent> {
  const { proto, dport } = asked;
  if (proto !== "icmp" && dport === undefined)
    throw new Failure("bad_request", `dport: which port of ${proto.toUpperCase()}?`, { field: "dport" });
  const ends = endsIn(still, asked);
  if (ends.length > MOST)
    throw new Failure("too_large", `${ends.length} instances make ${ends.length * (ends.length - 1)} pairs.`, {
      hint: `Choose one project, host or network with no more than ${MOST} of them.`,
    });
  const first = ends[0]?.value ?? "";
  const parsed = traceParameters.safeParse({ from: first || "-", proto, ...(proto === "icmp" ? {} : { dport }) });
  if (!parsed.success)
    throw new Failure("bad_request", `dport: ${parsed.error.issues[0]?.message}`, { field: "dport" });
  const question = parsed.data;
  return async function* (signal) {
    const since = performance.now();
    yield { kind: "start", ends, pairs: ends.length * Math.max(0, ends.length - 1) };
    for (const [from, source] of ends.entries())
      for (const [to, target] of ends.entries()) {
        if (from === to) continue;
        await setImmediate(); // Other requests go on between pairs.
        if (signal.aborted) return;
        const { outcome, code, summary } = ending(still, { ...question, from: source.value, to: target.value });
        yield { kind: "pair", from, to, outcome, code, summary };
      }
    yield { kind: "done", seconds: Math.round(performance.now() - since) / 1000 };
  };
}

type Ending = Pick<VerdictEvent, "outcome" | "code" | "summary">;

function ending(still: Still, parameters: Parameters<Still["trace"]>[0]): Ending {
  try {
    const last = [...server().metrics.counted(still.trace(parameters))].at(-1);
    if (last?.kind === "verdict") return last;
  } catch (error) {
    // An instance without an address, or that is on no host: the pair says so, and the others go on.
    if (!isFailure(error)) throw error;
    const summary = error.message.replace(/^(?:from|to): /, "");
    return { outcome: "unknown", code: "STATE_INCOMPLETE", summary };
  }
  return { outcome: "unknown", code: "STATE_INCOMPLETE", summary: "The trace came to no end." };
}

function endsIn({ seen, project }: Still, asked: ReachParameters): ReachEnd[] {
  const wanted = (guest: Guest) =>
    (project === undefined || guest.projectId === project) &&
    (asked.project === undefined || guest.projectId === asked.project) &&
    (asked.host === undefined || guest.host === asked.host) &&
    (asked.network === undefined || guest.networkId === asked.network);
  const machines = Map.groupBy(seen.world.guests.filter(wanted), (guest) => guest.serverId ?? guest.portId);
  const named = [...machines].map(([key, guests]): ReachEnd => {
    const addresses = guests.flatMap((guest) => guest.fixedIps.map((ip) => ip.address));
    const name = guests[0]?.name ?? key;
    const host = guests[0]?.host ?? "";
    // In one network it is the port there that is asked from, and whose address is meant.
    const value = asked.network === undefined ? key : (guests[0]?.portId ?? key);
    return { value, name, detail: [addresses.join(", "), host].filter((part) => part !== "").join(" · ") };
  });
  return named.toSorted(
    (a, b) => a.name.localeCompare(b.name, "en", { numeric: true }) || a.value.localeCompare(b.value),
  );
}
