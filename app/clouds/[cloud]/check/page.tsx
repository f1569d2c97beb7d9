import type { Metadata } from "next";
import { Suspense } from "react";
import { CheckView } from "../../../../components/check/check-view.tsx";
import { SkeletonRows } from "../../../../components/ui/skeleton.tsx";
import { adminSight } from "../../../../lib/server/page-session.ts";

export const metadata: Metadata = { title: "Check" };

export default async function CheckPage({ params }: { params: Promise<{ cloud: string }> }) {
  const { cloud } = await params;
  await (await adminSight()).cloud(cloud);
  return (
    <Suspense fallback={<SkeletonRows label="Loading the check" />}>
      <CheckView cloud={cloud} />
    </Suspense>
  );
}
