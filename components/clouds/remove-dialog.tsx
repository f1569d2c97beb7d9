"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { CloudSummary } from "../../lib/api/http.ts";
import { asFailure } from "../../lib/client/error.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";

export function RemoveDialog({ cloud, onClose }: { cloud: CloudSummary | null; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: (id: string) => fetchJson<void>(urls.cloud(id), { method: "DELETE" }),
    onSuccess: async (_, id) => {
      client.removeQueries({ queryKey: keys.cloud(id) });
      await client.invalidateQueries({ queryKey: keys.clouds(), exact: true });
      onClose();
    },
  });
  return (
    <Dialog
      open={cloud !== null}
      onOpenChange={(open) => {
        if (open) return;
        remove.reset();
        onClose();
      }}
      title={`Remove ${cloud?.name ?? ""}?`}
      description="Its unpacked files are deleted from this machine. The archive that you opened is not touched."
    >
      {remove.isError ? (
        <p role="alert" className="pb-3 text-sm text-danger">
          {asFailure(remove.error).message}
        </p>
      ) : null}
      <div className="flex justify-end gap-2 pt-2">
        <DialogClose asChild>
          <Button>Keep it</Button>
        </DialogClose>
        <Button variant="danger" disabled={remove.isPending} onClick={() => cloud && remove.mutate(cloud.id)}>
          Remove
        </Button>
      </div>
    </Dialog>
  );
}
