import type { Metadata } from "next";
import { Suspense } from "react";
import { CloudsView } from "../../components/clouds/view.tsx";
import { SessionProvider } from "../../components/frame/session.tsx";
import { keys } from "../../lib/client/keys.ts";
import { Prefetched } from "../../lib/client/prefetch.tsx";
import { adminSight, pageSessionInfo } from "../../lib/server/page-session.ts";

export const metadata: Metadata = { title: "Clouds" };
export const dynamic = "force-dynamic";

export default async function CloudsPage() {
  const sight = await adminSight();
  return (
    <Prefetched queries={[{ key: keys.clouds(), load: () => sight.list() }]}>
      <SessionProvider session={await pageSessionInfo()}>
        <Suspense>
          <CloudsView />
        </Suspense>
      </SessionProvider>
    </Prefetched>
  );
}
