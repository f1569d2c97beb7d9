import type { Metadata } from "next";
import { HostList } from "../../../../components/hosts/host-list.tsx";
import { hostSummaries } from "../../../../lib/hostgraph/summary.ts";
import { adminSight } from "../../../../lib/server/page-session.ts";

export const metadata: Metadata = { title: "Hosts" };

export default async function HostsPage({ params }: { params: Promise<{ cloud: string }> }) {
  const { cloud } = await params;
  const sight = await adminSight();
  return <HostList cloud={cloud} initial={hostSummaries(await sight.cloud(cloud))} />;
}
