import type { Metadata } from "next";
import { ReachView } from "../../../../components/reach/reach-view.tsx";
import { keys } from "../../../../lib/client/keys.ts";
import { Prefetched } from "../../../../lib/client/prefetch.tsx";
import { pageSight } from "../../../../lib/server/page-session.ts";

export const metadata: Metadata = { title: "Reachability" };

export default async function ReachabilityPage({ params }: { params: Promise<{ cloud: string }> }) {
  const { cloud } = await params;
  const sight = await pageSight();
  return (
    <Prefetched queries={[{ key: keys.topology(cloud), load: () => sight.topology(cloud) }]}>
      <ReachView cloud={cloud} />
    </Prefetched>
  );
}
