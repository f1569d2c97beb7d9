import type { ReactNode } from "react";
import { BuildProvider } from "../components/forms/build.tsx";
import { LiveProvider } from "../components/frame/live.tsx";
import { Shell } from "../components/frame/shell.tsx";
import type { CloudSummary } from "../lib/api/http.ts";
import { EMBEDDED } from "../lib/clouds/embedded.ts";
import { pageSessionInfo } from "../lib/server/page-session.ts";

/** What stands around every page of a cloud. @param since the place in its log at which the page was made; absent: a recording */
export async function CloudFrame(props: { cloud: CloudSummary; since: number | undefined; children: ReactNode }) {
  const { cloud, since, children } = props;
  const session = await pageSessionInfo();
  if (since === undefined)
    return (
      <Shell cloud={cloud} session={session}>
        {children}
      </Shell>
    );
  return (
    <LiveProvider cloud={EMBEDDED.id} since={since}>
      <Shell cloud={cloud} session={session}>
        <BuildProvider cloud={cloud.id}>{children}</BuildProvider>
      </Shell>
    </LiveProvider>
  );
}
