import type { Metadata } from "next";
import { TopologyView } from "../../../../components/topology/view.tsx";
import { keys } from "../../../../lib/client/keys.ts";
import { Prefetched } from "../../../../lib/client/prefetch.tsx";
import { pageSight } from "../../../../lib/server/page-session.ts";

export const metadata: Metadata = { title: "Topology" };

export default async function TopologyPage({ params }: { params: Promise<{ cloud: string }> }) {
  const { cloud } = await params;
  const sight = await pageSight();
  return (
    <Prefetched queries={[{ key: keys.topology(cloud), load: () => sight.topology(cloud) }]}>
      <TopologyView cloud={cloud} />
    </Prefetched>
  );
}
