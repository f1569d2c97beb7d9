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

/**
 * The smallest repair that is found to let the packet through: of one difference, of one host, or of all hosts on its way.
 * @param events of the trace as it is
 */
export function repaired(
  cloud: CollectedCloud,
  events: readonly TraceEvent[],
  repairs: Repairs,
  trace: (cloud: CollectedCloud) => VerdictEvent,
): Mended | undefined {
  const verdict = events.at(-1);
  if (verdict?.kind !== "verdict" || worked(verdict)) return undefined;
  const attempt = (mends: readonly Mend[]): Mended | undefined => {
    const fixed = withMends(cloud, mends);
    const then = fixed && trace(fixed);
    return then && worked(then) ? { mends, verdict: then } : undefined;
  };
  const wholes: Mend[] = [];
  for (const host of hostsOf(events, verdict)) {
    const commands = repairs.repair(host);
    if (commands.length === 0) continue;
    const whole = attempt([{ host, commands }]);
    if (whole) return smaller(host, commands, verdict, repairs, attempt) ?? whole;
    wholes.push({ host, commands });
  }
  return wholes.length > 1 ? attempt(wholes) : undefined;
}

function smaller(
  host: string,
  whole: readonly Command[],
  verdict: VerdictEvent,
  repairs: Repairs,
  attempt: (mends: readonly Mend[]) => Mended | undefined,
): Mended | undefined {
  if (whole.length <= FEW) return undefined;
  const about = (text: string) => (text.includes(verdict.device) ? 0 : text.includes(verdict.netns) ? 1 : 2);
  const likely = repairs.differences(host).toSorted((a, b) => about(a.text) - about(b.text));
  for (const { id } of likely.slice(0, SINGLE)) {
    const commands = repairs.repair(host, id);
    const found = commands.length > 0 && commands.length < whole.length ? attempt([{ host, commands }]) : undefined;
    if (found) return found;
  }
  return undefined;
}

function hostsOf(events: readonly TraceEvent[], verdict: VerdictEvent): string[] {
  return [...new Set([verdict.host, ...events.toReversed().map((event) => event.host)])].slice(0, HOSTS);
}

/** Undefined where a command does not work. */
function withMends(cloud: CollectedCloud, mends: readonly Mend[]): CollectedCloud | undefined {
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
