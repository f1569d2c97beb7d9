/** What was done on a simulated host, for whoever asks over HTTP. */
import type { HostDeed, HostHistory } from "../api/operate.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import { Failure } from "../clouds/failure.ts";
import { hostNamed } from "../hostgraph/lookup.ts";
import type { Server } from "../server.ts";
import type { Deed } from "../simulation/history.ts";
import { cloudOf } from "../simulation/world.ts";

/** Commands that one answer carries. */
const COMMANDS = 3000;

/** @param device its commands alone. Throws Failure `not_found`, also for recordings: they do not say who did what. */
export async function historyOf(
  { embedded }: Pick<Server, "embedded">,
  cloud: string,
  host: string,
  device?: string,
): Promise<HostHistory> {
  if (cloud !== EMBEDDED.id) throw new Failure("not_found", "A recording does not say what was done on its hosts.");
  const { simulation } = await embedded();
  await simulation.settled();
  hostNamed(cloudOf(simulation.moment()), host);
  return newest(simulation.history(host, device));
}

function newest(deeds: readonly Deed[]): HostHistory {
  const shown: HostDeed[] = [];
  let commands = 0;
  for (const [i, deed] of deeds.entries().toArray().reverse()) {
    if (shown.length > 0 && commands + deed.commands.length > COMMANDS) return { deeds: shown, older: i + 1 };
    commands += deed.commands.length;
    shown.push(deedText(deed, countBefore(deeds, i)));
  }
  return { deeds: shown, older: 0 };
}

/** Deeds of the same step at the same time, of which a host may have several. */
function countBefore(deeds: readonly Deed[], at: number): number {
  const { at: time, agent, step } = deeds[at] ?? {};
  let count = 0;
  for (let i = at - 1; i >= 0 && deeds[i]?.at === time; i--)
    if (deeds[i]?.agent === agent && deeds[i]?.step === step) count++;
  return count;
}

function deedText({ at, agent, step, causes, commands }: Deed, before: number): HostDeed {
  return {
    id: `${at} ${agent} ${step} ${before}`,
    at: new Date(at).toISOString(),
    agent,
    step,
    causes: causes.map(({ what, object }) => ({ what, ...(object ? { object: { ...object } } : {}) })),
    commands: [...commands],
  };
}
