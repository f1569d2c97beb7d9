import type { Metadata } from "next";
import { ListView } from "../../../../components/objects/list-view.tsx";
import { keys } from "../../../../lib/client/keys.ts";
import { Prefetched } from "../../../../lib/client/prefetch.tsx";
import { server } from "../../../../lib/server.ts";

export const metadata: Metadata = { title: "Floating IPs" };

export default async function FloatingIpsPage({ params }: { params: Promise<{ cloud: string }> }) {
  const { cloud } = await params;
  return (
    <Prefetched queries={[{ key: keys.topology(cloud), load: () => server().clouds.topology(cloud) }]}>
      <ListView cloud={cloud} kind="floating-ips" title="Floating IPs" />
    </Prefetched>
  );
}
