import type { Metadata } from "next";
import { Suspense } from "react";
import { RunsView } from "../../../../components/history/runs-view.tsx";
import { SkeletonRows } from "../../../../components/ui/skeleton.tsx";
import { pageSight } from "../../../../lib/server/page-session.ts";

export const metadata: Metadata = { title: "Traces" };

export default async function RunsPage({ params }: { params: Promise<{ cloud: string }> }) {
  const { cloud } = await params;
  await (await pageSight()).summary(cloud);
  return (
    <Suspense fallback={<SkeletonRows label="Loading the traces" />}>
      <RunsView cloud={cloud} />
    </Suspense>
  );
}
