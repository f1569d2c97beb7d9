import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { FaultsView } from "../../../../components/faults/faults-view.tsx";
import { SkeletonRows } from "../../../../components/ui/skeleton.tsx";
import { EMBEDDED } from "../../../../lib/clouds/embedded.ts";
import { FAULT_TEXTS } from "../../../../lib/server/faults-places.ts";
import { adminSight } from "../../../../lib/server/page-session.ts";

export const metadata: Metadata = { title: "Faults" };

/** Recordings cannot be broken. */
export default async function FaultsPage({ params }: { params: Promise<{ cloud: string }> }) {
  const { cloud } = await params;
  await (await adminSight()).cloud(cloud);
  if (cloud !== EMBEDDED.id) notFound();
  return (
    <Suspense fallback={<SkeletonRows label="Loading the faults" />}>
      <FaultsView cloud={cloud} kinds={FAULT_TEXTS} />
    </Suspense>
  );
}
