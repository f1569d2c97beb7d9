/** Fills a new cloud, once: what was removed from it stays away, and what was cut short goes on at the next start. */
import type { Compute } from "../compute/compute.ts";
import type { Identity } from "../identity/identity.ts";
import type { Neutron } from "../neutron/neutron.ts";
import { Collection } from "../store/collection.ts";
import type { Store } from "../store/store.ts";
import { administratorOf } from "./objects.ts";
import { tellStory } from "./story.ts";

interface FirstContent {
  readonly id: typeof STORY;
  readonly done: boolean;
  /** Milliseconds since 1970: another process that began lately is at work. */
  readonly begun: number;
}

const STORY = "story";
const PATIENCE = 10_000;
const marks = new Collection<FirstContent>("first_content", { silent: true });

export interface Services {
  readonly store: Store;
  readonly identity: Identity;
  readonly neutron: Neutron;
  readonly compute: Compute;
}

/** @param fresh nobody had started this cloud before */
export async function fillNewCloud({ store, identity, neutron, compute }: Services, fresh: boolean): Promise<void> {
  const mine = await store.transaction(async (tx) => {
    const mark = await marks.get(tx, STORY);
    if (mark ? mark.done || tx.now - mark.begun < PATIENCE : !fresh) return false;
    const begun: FirstContent = { id: STORY, done: false, begun: tx.now };
    await (mark ? marks.update(tx, begun) : marks.insert(tx, begun));
    return true;
  });
  if (!mine) return;
  const [admin, demo] = [
    await identity.projects.byName("default", "admin"),
    await identity.projects.byName("default", "demo"),
  ];
  const user = await identity.users.byName("default", "admin");
  if (!admin || !demo || !user) return; // Somebody has already made it another cloud.
  const place = (project: string) => ({ neutron, compute, context: administratorOf(project, user.id) });
  await tellStory(place(admin.id), place(demo.id));
  await store.transaction(async (tx) => {
    const mark = await marks.get(tx, STORY);
    if (mark) await marks.update(tx, { ...mark, done: true });
  });
}
