/** Two remembered runs, and what happened to the cloud and on its hosts between them. */
import type { Between, Comparison } from "../api/reach.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import { Failure } from "../clouds/failure.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import { causeOf } from "../simulation/cause.ts";
import type { StoreEvent } from "../store/store.ts";
import { visible } from "./events.ts";
import { Runs } from "./history-runs.ts";
import type { Session } from "./session.ts";

/** Events that are looked through, and those that are told. */
const LOOKED = 5000;
const CHANGES = 200;
const DEEDS = 60;
/** Lines that one deed tells. */
const COMMANDS = 30;

/** Throws Failure `not_found`. */
export async function compare(
  cloud: EmbeddedCloud,
  session: Session,
  cloudId: string,
  a: string,
  b: string,
): Promise<Comparison> {
  const runs = new Runs(cloud, session, cloudId);
  const [one, other] = await Promise.all([runs.one(a), runs.one(b)]);
  const [before, after] = one.at <= other.at ? [one, other] : [other, one];
  if (before.id === after.id) throw new Failure("bad_request", "Two different runs are compared.", { field: "b" });
  const told: Comparison = {
    before: { ...before, events: await runs.events(before.id) },
    after: { ...after, events: await runs.events(after.id) },
  };
  return cloudId === EMBEDDED.id ? { ...told, between: await between(cloud, session, told) } : told;
}

async function between(cloud: EmbeddedCloud, session: Session, { before, after }: Comparison): Promise<Between> {
  const changes = await changesBetween(cloud, session, before.moment ?? 0, after.moment ?? 0);
  const deeds = session.admin ? deedsBetween(cloud, Date.parse(before.at), Date.parse(after.at)) : [];
  return {
    changes: changes.told.slice(-CHANGES),
    deeds: deeds.slice(-DEEDS),
    incomplete: changes.incomplete || changes.told.length > CHANGES || deeds.length > DEEDS,
  };
}

async function changesBetween(cloud: EmbeddedCloud, session: Session, since: number, upTo: number) {
  const { oldest } = await cloud.store.lastEvent();
  const found = since < upTo ? await cloud.store.events(since, Math.min(LOOKED, upTo - since)) : [];
  const told: Between["changes"] = [];
  for (const event of found) {
    if (event.seq > upTo) break;
    // What others did with their own is theirs, even where it can be seen.
    if (!session.admin && event.project_id !== session.project.id) continue;
    const seen = await visible(cloud, session.context, event);
    // What was done to hosts is told as deeds.
    if (seen === false || seen === "hosts") continue;
    const fields = typeof seen === "object" ? changedFields(seen) : [];
    const what = `${causeOf(event).what}${fields.length > 0 ? `: ${fields.join(", ")}` : ""}`;
    told.push({ at: new Date(event.at).toISOString(), what, kind: event.kind, id: event.id });
  }
  return { told, incomplete: (since > 0 && since + 1 < oldest) || upTo - since > LOOKED };
}

const ALWAYS: ReadonlySet<string> = new Set(["revision_number", "updated_at", "updated"]);

/** What differs in an object that was there before and is there still. */
function changedFields({ before, after }: Pick<StoreEvent, "before" | "after">): string[] {
  if (!isObject(before) || !isObject(after)) return [];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !ALWAYS.has(key) && JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function deedsBetween(
  { simulation }: Pick<EmbeddedCloud, "simulation">,
  since: number,
  upTo: number,
): Between["deeds"] {
  const all = simulation.moment().hosts.flatMap(({ name }) =>
    simulation
      .history(name)
      .filter((deed) => deed.at > since && deed.at <= upTo)
      .map((deed) => ({ host: name, deed })),
  );
  return all
    .toSorted((a, b) => a.deed.at - b.deed.at)
    .map(({ host, deed }) => ({
      at: new Date(deed.at).toISOString(),
      host,
      agent: deed.agent,
      step: deed.step,
      what: deed.causes.map((cause) => cause.what),
      commands: deed.commands.slice(0, COMMANDS),
      more: Math.max(0, deed.commands.length - COMMANDS),
    }));
}
