/** A collected cloud's hosts as its control plane wants them: their views, and what the agents would make of a host. */
import type { Agent, Step } from "../agents/agent.ts";
import { AGENTS } from "../agents/agents.ts";
import type { HostView } from "../agents/view.ts";
import type { CloudApi } from "../api/neutron.ts";
import { CommandError } from "../host/command/command.ts";
import type { HostState } from "../host/state.ts";
import { dvrMacs } from "./dvr-macs.ts";
import { settingsOf } from "./settings.ts";
import { hostViews } from "./views.ts";

/** By host name, of the hosts that have an agent for layer 2. @param only hosts that are asked for; absent: all */
export function viewsOf(api: CloudApi, hosts: readonly HostState[], only?: ReadonlySet<string>): Map<string, HostView> {
  const computes = new Set(
    api.ports.flatMap((port) => (port.device_owner.startsWith("compute:") ? (port["binding:host_id"] ?? []) : [])),
  );
  return hostViews(api, { settings: settingsOf(api.agents, computes), dvrMacs: dvrMacs(hosts) }, only);
}

/** The host once its agents have done what the view asks, and find nothing left to do. */
export function planned(view: HostView, host: HostState, agents: readonly Agent[] = AGENTS): HostState {
  const steps = agents.filter((one) => view.settings.agents.includes(one.kind)).flatMap((one) => one.steps);
  let next = host;
  for (let round = 0; round < ROUNDS; round++) {
    const before = next;
    for (const step of steps) next = done(step, view, next);
    if (next === before) return next;
  }
  return next;
}

/** As far as it goes: what somebody made by hand may be in its way, and others go on. */
function done(step: Step, view: HostView, host: HostState): HostState {
  try {
    return step.plan(view, host);
  } catch (error) {
    if (error instanceof CommandError) return host;
    throw error;
  }
}

/** One for what plugging brings about elsewhere, one to see that nothing is left. */
const ROUNDS = 4;
