import type { Metadata } from "next";
import { Suspense } from "react";
import { CompareView } from "../../../../../components/history/compare-view.tsx";
import { SkeletonRows } from "../../../../../components/ui/skeleton.tsx";
import { pageSight } from "../../../../../lib/server/page-session.ts";

export const metadata: Metadata = { title: "Two traces compared" };

export default async function ComparePage({ params }: { params: Promise<{ cloud: string }> }) {
  const { cloud } = await params;
  await (await pageSight()).summary(cloud);
  return (
    <Suspense fallback={<SkeletonRows label="Loading the traces" />}>
      <CompareView cloud={cloud} />
    </Suspense>
  );
}
