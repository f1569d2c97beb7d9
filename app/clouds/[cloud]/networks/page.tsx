import type { Metadata } from "next";
import { ListView } from "../../../../components/objects/list-view.tsx";
import { keys } from "../../../../lib/client/keys.ts";
import { Prefetched } from "../../../../lib/client/prefetch.tsx";
import { pageSight } from "../../../../lib/server/page-session.ts";

export const metadata: Metadata = { title: "Networks" };

export default async function NetworksPage({ params }: { params: Promise<{ cloud: string }> }) {
  const { cloud } = await params;
  const sight = await pageSight();
  return (
    <Prefetched queries={[{ key: keys.topology(cloud), load: () => sight.topology(cloud) }]}>
      <ListView cloud={cloud} kind="networks" title="Networks" />
    </Prefetched>
  );
}
