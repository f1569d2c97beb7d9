"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Wrench } from "lucide-react";
import type { Repair } from "../../lib/api/operate.ts";
import { asFailure } from "../../lib/client/error.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { EMBEDDED_CLOUD } from "../../lib/client/live.ts";
import { Button } from "../ui/button.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { ScriptBlock } from "./script-block.tsx";

interface Props {
  cloud: string;
  host: string;
  /** One difference; absent: all of the host. */
  id?: string;
  onDone: (repair: Repair) => void;
}

/** The commands that set it right: shown, copied, and on the embedded cloud run. */
export function RepairBox({ cloud, host, id, onDone }: Props) {
  const client = useQueryClient();
  const repair = useQuery({
    queryKey: keys.repair(cloud, host, id),
    queryFn: ({ signal }) => fetchJson<Repair>(urls.repair(cloud, host, id), { signal }),
    staleTime: 0,
  });
  const apply = useMutation({
    mutationFn: (shown: Repair) =>
      fetchJson<Repair>(urls.runRepair(cloud), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ host, ...(id === undefined ? {} : { id }), script: shown.script }),
      }),
    onSuccess: async (done) => {
      onDone(done);
      await client.invalidateQueries({ queryKey: keys.cloud(cloud) });
    },
    onError: () => void repair.refetch(),
  });
  if (repair.isPending) return <Skeleton className="h-16" />;
  if (repair.isError)
    return (
      <p role="alert" className="flex flex-wrap items-center gap-2 text-sm text-danger">
        The repair did not load: {asFailure(repair.error).message}
        <Button size="sm" onClick={() => void repair.refetch()}>
          Try again
        </Button>
      </p>
    );
  const { script, repairs } = repair.data;
  if (script === "")
    return (
      <p className="text-sm text-muted">
        No command is known that sets this right. Starting the host’s agents may: they plan from nothing then, and ask
        Neutron for what they need.
      </p>
    );
  const others = repairs.length - 1;
  return (
    <div className="flex flex-col gap-2">
      <ScriptBlock text={script} label="Commands of the repair" />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        {cloud === EMBEDDED_CLOUD ? (
          <Button variant="accent" size="sm" disabled={apply.isPending} onClick={() => apply.mutate(repair.data)}>
            <Wrench aria-hidden /> {apply.isPending ? "Applying…" : "Apply the repair"}
          </Button>
        ) : null}
        <p className="text-xs text-muted">
          As root on <span className="font-mono">{host}</span>.
          {id !== undefined && others > 0
            ? ` Sets ${others} other ${others === 1 ? "difference" : "differences"} right, too.`
            : ""}
          {cloud === EMBEDDED_CLOUD ? "" : " This cloud is a recording: nothing is run from here."}
        </p>
      </div>
      {apply.isError ? (
        <p role="alert" className="text-sm text-danger">
          {[asFailure(apply.error).message, asFailure(apply.error).hint].filter(Boolean).join(" ")}
        </p>
      ) : null}
    </div>
  );
}
