import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { HostSkeleton, HostView } from "../../../../../components/hosts/host-view.tsx";
import type { HostGraph } from "../../../../../lib/api/http.ts";
import { hostGraph } from "../../../../../lib/hostgraph/graph.ts";
import { adminSight } from "../../../../../lib/server/page-session.ts";

interface Props {
  params: Promise<{ cloud: string; host: string }>;
}

/** Graphs up to this size travel inside the page, so that the first paint needs no second request. */
const INLINE_NODES = 1500;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).host) };
}

export default async function HostPage({ params }: Props) {
  const { cloud, host: encoded } = await params;
  const name = decodeURIComponent(encoded);
  const collected = await (await adminSight()).cloud(cloud);
  const host = collected.world.hosts.find((one) => one.name === name);
  if (!host) notFound();
  const graph: HostGraph = hostGraph(collected, host);
  return (
    <Suspense fallback={<HostSkeleton name={name} />}>
      <HostView cloud={cloud} host={name} {...(graph.nodes.length <= INLINE_NODES ? { initial: graph } : {})} />
    </Suspense>
  );
}
