import type { Metadata } from "next";
import { TracePage } from "../../../../components/trace/trace-page.tsx";
import { keys } from "../../../../lib/client/keys.ts";
import { Prefetched } from "../../../../lib/client/prefetch.tsx";
import { pageSight } from "../../../../lib/server/page-session.ts";

export const metadata: Metadata = { title: "Trace" };

export default async function Trace({ params }: { params: Promise<{ cloud: string }> }) {
  const { cloud } = await params;
  const sight = await pageSight();
  return (
    <Prefetched
      queries={[
        { key: keys.topology(cloud), load: () => sight.topology(cloud) },
        { key: keys.ends(cloud), load: () => sight.ends(cloud) },
      ]}
    >
      <TracePage cloud={cloud} />
    </Prefetched>
  );
}
