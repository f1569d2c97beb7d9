import type { Metadata } from "next";
import { Suspense } from "react";
import { CloudsView } from "../../components/clouds/view.tsx";
import { keys } from "../../lib/client/keys.ts";
import { Prefetched } from "../../lib/client/prefetch.tsx";
import { server } from "../../lib/server.ts";

export const metadata: Metadata = { title: "Clouds" };
export const dynamic = "force-dynamic";

export default function CloudsPage() {
  return (
    <Prefetched queries={[{ key: keys.clouds(), load: () => server().clouds.list() }]}>
      <Suspense>
        <CloudsView />
      </Suspense>
    </Prefetched>
  );
}
