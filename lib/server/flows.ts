/** Looks through the flows of all hosts of a cloud. */
import { setImmediate } from "node:timers/promises";
import type { FlowSearch } from "../api/operate.ts";
import { flowMatches, parseFilter } from "../client/filter.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { HostState } from "../host/state.ts";
import { bridgeFlows } from "../hostgraph/panel/flows.ts";

/** Flows that one answer carries, and of each host as many as leave something to the others. */
const LIMIT = 1000;
const OF_HOST = 200;

/** @param text words that all must be found, as in the filter of a device's flows. Other requests go on between hosts. */
export async function searchFlows(cloud: CollectedCloud, text: string): Promise<FlowSearch> {
  const terms = parseFilter(text);
  const found: FlowSearch = { hosts: [], total: 0, searched: 0, limit: LIMIT };
  if (terms.length === 0) return found;
  let told = 0;
  const byName = cloud.world.hosts.toSorted((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  for (const host of byName) {
    await setImmediate();
    const hits = hitsOf(cloud, host, terms);
    found.searched += countOf(host);
    found.total += hits.length;
    if (hits.length === 0) continue;
    const flows = hits.slice(0, Math.min(OF_HOST, LIMIT - told));
    told += flows.length;
    found.hosts.push({ name: host.name, total: hits.length, flows });
  }
  return found;
}

function countOf(host: HostState): number {
  return host.ovs?.bridges.reduce((sum, bridge) => sum + bridge.flows.length, 0) ?? 0;
}

type Hit = FlowSearch["hosts"][number]["flows"][number];

function hitsOf(cloud: CollectedCloud, host: HostState, terms: ReturnType<typeof parseFilter>): Hit[] {
  return (host.ovs?.bridges ?? []).flatMap((bridge) =>
    bridgeFlows(cloud, host, bridge).tables.flatMap((table) =>
      table.flows.flatMap((flow): Hit[] => {
        if (!flowMatches(terms, table, flow)) return [];
        const name = table.name === undefined ? {} : { tableName: table.name };
        return [{ bridge: bridge.name, table: table.table, ...name, flow }];
      }),
    ),
  );
}
