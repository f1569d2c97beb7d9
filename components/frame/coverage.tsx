"use client";
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { CloudDetail, CloudSummary } from "../../lib/api/http.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { GapReport } from "../clouds/gap-report.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { ErrorState } from "../ui/state.tsx";
import { When } from "../ui/when.tsx";

/** When the data was recorded, and, when parts are missing, how many: never silently old, never silently partial. */
export function CoverageBadge({ cloud }: { cloud: CloudSummary }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      {cloud.takenAt ? (
        <span className="truncate text-xs text-muted max-lg:hidden">
          Recorded <When iso={cloud.takenAt} />
        </span>
      ) : null}
      {cloud.gaps > 0 ? (
        <Button variant="ghost" size="sm" className="text-warn hover:text-warn" onClick={() => setOpen(true)}>
          <TriangleAlert aria-hidden /> {cloud.gaps.toLocaleString("en")} {cloud.gaps === 1 ? "gap" : "gaps"}
        </Button>
      ) : null}
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`What is missing in ${cloud.name}`}
        description="A trace that needs a missing part ends as unknown and names it. Nothing is guessed."
        className="w-[min(760px,calc(100vw-32px))]"
      >
        {open ? <Gaps cloud={cloud.id} /> : null}
      </Dialog>
    </>
  );
}

function Gaps({ cloud }: { cloud: string }) {
  const detail = useQuery({ queryKey: keys.cloud(cloud), queryFn: () => fetchJson<CloudDetail>(urls.cloud(cloud)) });
  if (detail.isPending) return <SkeletonRows rows={5} label="Loading the gaps" />;
  if (detail.isError)
    return <ErrorState title="The report did not load" error={detail.error} onRetry={() => void detail.refetch()} />;
  return <GapReport gaps={detail.data.gapList} />;
}
