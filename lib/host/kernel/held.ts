/** Tap devices and the programs that hold them open: a guest that starts gives its device a carrier, one that ends takes it. */
import { differing } from "../differing.ts";
import type { HostState } from "../state.ts";
import { settleCarrier } from "./carrier.ts";
import { isMentioned } from "./links.ts";

/** The host after some programs started or ended, its tap devices looked at again. */
export function settleHeld(before: HostState, after: HostState): HostState {
  if (before.processes === after.processes) return after;
  const { gone, come } = differing(before.processes, after.processes);
  const changed = [...gone, ...come];
  let out = after;
  for (const ns of after.namespaces)
    for (const link of ns.links)
      if ((link.kind === "tap" || link.kind === "tun") && link.up && (link.carrier ? gone : come).length > 0)
        if (changed.some(({ command }) => isMentioned(command, link.name)))
          out = settleCarrier(out, ns.name, link.name);
  return out;
}
