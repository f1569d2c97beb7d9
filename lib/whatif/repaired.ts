/**
 * What a trace would come to if hosts were set right: the check's own repairs, run on copies of the hosts of its way, and the
 * packet sent again. Hosts are values, so the cloud itself stays as it is.
 */
import type { CollectedCloud } from "../collect/cloud.ts";
import { deriveGuests } from "../collect/guests.ts";
import { inferSegments } from "../collect/segments.ts";
import type { TraceEvent, VerdictEvent } from "../datapath/event.ts";
import { type Command, CommandError } from "../host/command/command.ts";
import { applyAll } from "../host/run.ts";
import type { HostState } from "../host/state.ts";

/** Hosts of a way that are looked at, the one of the verdict first. */
const HOSTS = 6;
/** Differences of a host that are tried one by one. */
const SINGLE = 5;
/** A repair of a few lines needs no smaller one. */
const FEW = 3;

export interface Mend {
  readonly host: string;
  readonly commands: readonly Command[];
}

export interface Mended {
  readonly mends: readonly Mend[];
  readonly events: readonly TraceEvent[];
  readonly verdict: VerdictEvent;
}

/** What the check knows of a host. */
export interface Repairs {
  /** Ids of its differences, and what each is about. */
  differences(host: string): readonly { readonly id: string; readonly text: string }[];
  /** Of one difference, or (no id) of all. */
  repair(host: string, id?: string): readonly Command[];
}

export function worked({ code }: Pick<VerdictEvent, "code">): boolean {
  return code === "DELIVERED" || code === "EXITED_PHYSICAL_NETWORK";
}

/** At the same place and for the same reason, or both arrived. */
function alike(one: VerdictEvent, other: VerdictEvent): boolean {
  if (worked(one) || worked(other)) return worked(one) && worked(other);
  return one.code === other.code && one.host === other.host && one.device === other.device;
}

/** It came through, or at least past where it ended before: another fault may lie behind the first. */
export const better = (then: VerdictEvent, before: VerdictEvent): boolean => worked(then) || !alike(then, before);

export function verdictOf(events: readonly TraceEvent[]): VerdictEvent {
  const last = events.at(-1);
  if (last?.kind !== "verdict") throw new Error("a trace ends with its verdict");
  return last;
}

/**
 * The smallest repair that is found to let the packet through: of one difference, of one host, or of all hosts on its way. Where
 * none is, one that brings it past where it ended.
 * @param events of the trace as it is
 * @param trace of the cloud after these repairs; undefined where a command does not work
 */
export function repaired(
  events: readonly TraceEvent[],
  repairs: Repairs,
  trace: (mends: readonly Mend[]) => readonly TraceEvent[] | undefined,
): Mended | undefined {
  const before = verdictOf(events);
  if (worked(before)) return undefined;
  const attempt = (mends: readonly Mend[]): Mended | undefined => {
    const then = trace(mends);
    const verdict = then && verdictOf(then);
    return verdict && better(verdict, before) ? { mends, events: then, verdict } : undefined;
  };
  const tried: Mended[] = [];
  const wholes: Mend[] = [];
  const small = (found: Mended) => smaller(found, before, repairs, attempt) ?? found;
  for (const host of hostsOf(events, before)) {
    const commands = repairs.repair(host);
    if (commands.length === 0) continue;
    const whole = attempt([{ host, commands }]);
    if (whole && worked(whole.verdict)) return small(whole);
    if (whole) tried.push(whole);
    wholes.push({ host, commands });
  }
  const all = wholes.length > 1 ? attempt(wholes) : undefined;
  if (all && worked(all.verdict)) return all;
  return tried[0] && small(tried[0]);
}

/** One difference of the host, where that alone comes to the same. */
function smaller(
  { mends: [mend], verdict }: Mended,
  before: VerdictEvent,
  repairs: Repairs,
  attempt: (mends: readonly Mend[]) => Mended | undefined,
): Mended | undefined {
  if (!mend || mend.commands.length <= FEW) return undefined;
  const { host } = mend;
  const about = (text: string) => (text.includes(before.device) ? 0 : text.includes(before.netns) ? 1 : 2);
  const likely = repairs.differences(host).toSorted((a, b) => about(a.text) - about(b.text));
  for (const { id } of likely.slice(0, SINGLE)) {
    const commands = repairs.repair(host, id);
    const found =
      commands.length > 0 && commands.length < mend.commands.length ? attempt([{ host, commands }]) : undefined;
    if (found && alike(found.verdict, verdict)) return found;
  }
  return undefined;
}

function hostsOf(events: readonly TraceEvent[], verdict: VerdictEvent): string[] {
  return [...new Set([verdict.host, ...events.toReversed().map((event) => event.host)])].slice(0, HOSTS);
}

/** Undefined where a command does not work. */
export function withMends(cloud: CollectedCloud, mends: readonly Mend[]): CollectedCloud | undefined {
  try {
    const hosts = cloud.world.hosts.map((host) =>
      mends.reduce((now, mend) => (mend.host === host.name ? applyAll(now, mend.commands) : now), host),
    );
    return withHosts(cloud, hosts);
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/** Guests and wires follow from hosts. */
export function withHosts(cloud: CollectedCloud, hosts: readonly HostState[], api = cloud.api): CollectedCloud {
  const all = [...hosts];
  const known = new Map(cloud.world.guests.map((guest) => [guest.portId, guest.host]));
  const names = new Map(api.ports.map((port) => [port["binding:host_id"] ?? "", known.get(port.id)]));
  const own = new Set(all.map((host) => host.name));
  const hostOf = (name: string) => (own.has(name) ? name : names.get(name));
  const { guests, subports } = deriveGuests(api, all, hostOf);
  const { segments } = inferSegments(all, api, hostOf);
  return { ...cloud, api, world: { ...cloud.world, hosts: all, guests, subports, segments } };
}
