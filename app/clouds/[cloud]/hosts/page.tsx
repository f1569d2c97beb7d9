import type { Metadata } from "next";
import { HostList } from "../../../../components/hosts/host-list.tsx";
import { hostSummaries } from "../../../../lib/hostgraph/summary.ts";
import { server } from "../../../../lib/server.ts";

export const metadata: Metadata = { title: "Hosts" };

export default async function HostsPage({ params }: { params: Promise<{ cloud: string }> }) {
  const { cloud } = await params;
  return <HostList cloud={cloud} initial={hostSummaries(await server().clouds.cloud(cloud))} />;
}
