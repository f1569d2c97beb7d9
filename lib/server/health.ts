/** Whether this process can do its work at this moment: for load balancers and supervisors, who are told no more than that. */
import type { EmbeddedCloud } from "../embedded.ts";
import type { Server } from "../server.ts";

/** Milliseconds. The hosts of a large cloud take a while to follow a burst of changes. */
const PATIENCE = { store: 2_000, simulation: 5_000 };

type Parts = Pick<Server, "ending"> & {
  embedded(): Promise<{
    store: Pick<EmbeddedCloud["store"], "lastEvent">;
    simulation: Pick<EmbeddedCloud["simulation"], "settled">;
  }>;
};

/** @returns the reason why not; undefined when all is well */
export async function unready({ ending, embedded }: Parts, patience = PATIENCE): Promise<string | undefined> {
  if (ending.signal.aborted) return "The server is stopping.";
  try {
    await within(patience.store, async () => (await embedded()).store.lastEvent());
  } catch {
    return "The store does not answer.";
  }
  try {
    await within(patience.simulation, async () => (await embedded()).simulation.settled());
  } catch {
    return "The simulated hosts have not caught up with the changes of the cloud.";
  }
  return undefined;
}

function within(ms: number, work: () => Promise<unknown>): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`not within ${ms} ms`)), ms);
    work()
      .then(() => done(), fail)
      .finally(() => clearTimeout(timer));
  });
}
