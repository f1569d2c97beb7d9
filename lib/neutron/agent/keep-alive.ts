/** Keeps agents alive that nobody runs yet. */
import { serviceContext } from "../../identity/context.ts";
import type { Neutron } from "../neutron.ts";
import { agents } from "./agents.ts";
import { failOverDhcp } from "./dhcp-failover.ts";
import { beat, lastBeats } from "./heartbeat.ts";
import { stoppedIds } from "./stopped.ts";

/** Keeps the simulated hosts' agents alive, and looks after networks of those that are not its own, from now until `signal` aborts. */
export async function startHeartbeats(
  neutron: Neutron,
  signal: AbortSignal,
  report: (error: unknown) => void,
): Promise<void> {
  const interval = neutron.config.agent.report_interval * 1000;
  const all = () =>
    neutron.change(serviceContext(), async ({ tx }) => {
      const at = await lastBeats(tx);
      const stopped = await stoppedIds(tx);
      const known = (await agents.list(tx)).filter((agent) => !stopped.has(agent.id));
      // Another server process on the same store may just have done it.
      const due = known.filter((agent) => tx.now - (at[agent.id] ?? 0) > interval / 2);
      if (due.length > 0)
        await beat(
          tx,
          due.map((agent) => agent.id),
        );
    });
  await all();
  if (signal.aborted) return;
  const timer = setInterval(
    () =>
      void all()
        .then(() => (signal.aborted ? undefined : failOverDhcp(neutron)))
        // The store may be closed by the time that the last one is through.
        .catch((error: unknown) => (signal.aborted ? undefined : report(error))),
    interval,
  );
  timer.unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}
