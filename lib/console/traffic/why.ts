/** Why a ping was lost, in the sentence that its trace would end with. */
import type { CollectedCloud } from "../../collect/cloud.ts";
import type { TraceEvent, VerdictEvent } from "../../datapath/event.ts";
import type { Probe } from "../../datapath/walk/probe.ts";
import { catalogOf } from "../../explain/catalog.ts";
import { type End, EndError, resolveEnd } from "../../explain/end.ts";
import { Intent } from "../../explain/intent.ts";
import { summarize } from "../../explain/summary.ts";

/** @param cloud as it is now; what it knows of Neutron says what should have been there */
export function whyLost(
  cloud: CollectedCloud,
  probe: Probe,
  { events, verdict }: { events: readonly TraceEvent[]; verdict: VerdictEvent },
): string {
  const catalog = catalogOf(cloud.api);
  const from = senderOf(cloud, probe);
  const to = targetOf(cloud, probe.to ?? "");
  const intent = new Intent(cloud, catalog, probe, from, to);
  for (const event of events) intent.see(event);
  return summarize({ probe, from: from.label, to: to?.label ?? probe.to ?? "" }, intent.refine(verdict));
}

function senderOf({ api }: CollectedCloud, { from }: Probe): End {
  if (from.kind === "netns") return { origin: from, addresses: [], label: `${from.netns} on ${from.host}` };
  const { guest } = from;
  const port = api.ports.find((one) => one.id === guest.portId);
  const addresses = guest.fixedIps.map((one) => one.address);
  return { origin: from, addresses, guest, label: guest.name, ...(port && { port }) };
}

/** Whose the address is; nobody's, or several people's, is a fair answer. */
function targetOf(cloud: CollectedCloud, address: string): End | undefined {
  try {
    return resolveEnd(cloud, address, "to");
  } catch (error) {
    if (error instanceof EndError) return undefined;
    throw error;
  }
}
