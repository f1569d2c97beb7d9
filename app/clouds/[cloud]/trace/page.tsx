import type { Metadata } from "next";
import { TracePage } from "../../../../components/trace/trace-page.tsx";
import { keys } from "../../../../lib/client/keys.ts";
import { Prefetched } from "../../../../lib/client/prefetch.tsx";
import { endsOf } from "../../../../lib/server/trace-ends.ts";
import { server } from "../../../../lib/server.ts";

export const metadata: Metadata = { title: "Trace" };

export default async function Trace({ params }: { params: Promise<{ cloud: string }> }) {
  const { cloud } = await params;
  const { clouds } = server();
  return (
    <Prefetched
      queries={[
        { key: keys.topology(cloud), load: () => clouds.topology(cloud) },
        { key: keys.ends(cloud), load: async () => endsOf(await clouds.cloud(cloud)) },
      ]}
    >
      <TracePage cloud={cloud} />
    </Prefetched>
  );
}
