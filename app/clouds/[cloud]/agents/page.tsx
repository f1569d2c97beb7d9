import type { Metadata } from "next";
import { Suspense } from "react";
import { AgentsView } from "../../../../components/agents/agents-view.tsx";
import { SkeletonRows } from "../../../../components/ui/skeleton.tsx";
import { adminSight } from "../../../../lib/server/page-session.ts";

export const metadata: Metadata = { title: "Agents" };

export default async function AgentsPage({ params }: { params: Promise<{ cloud: string }> }) {
  const { cloud } = await params;
  await (await adminSight()).cloud(cloud);
  return (
    <Suspense fallback={<SkeletonRows label="Loading the agents" />}>
      <AgentsView cloud={cloud} />
    </Suspense>
  );
}
