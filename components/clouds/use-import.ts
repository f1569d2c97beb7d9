"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import type { ApiError, CloudDetail, ImportEvent } from "../../lib/api/http.ts";
import { keys } from "../../lib/client/keys.ts";
import { openBundle } from "../../lib/client/open-bundle.ts";

export type ImportState =
  | { step: "idle" }
  | { step: "running"; file: string; progress: Extract<ImportEvent, { kind: "progress" }> }
  | { step: "done"; file: string; cloud: CloudDetail }
  | { step: "failed"; file: string; error: ApiError["error"] };

/** One import at a time: its state, and the two things that can be done with it. */
export function useImport() {
  const client = useQueryClient();
  const [state, setState] = useState<ImportState>({ step: "idle" });
  const running = useRef<AbortController | null>(null);

  const start = useCallback(
    (file: File) => {
      running.current?.abort();
      const mine = new AbortController();
      running.current = mine;
      setState({
        step: "running",
        file: file.name,
        progress: { kind: "progress", phase: "receive", done: 0, total: file.size },
      });
      const report = (event: ImportEvent) => {
        if (mine.signal.aborted) return;
        switch (event.kind) {
          case "progress":
            setState({ step: "running", file: file.name, progress: event });
            return;
          case "failed":
            setState({ step: "failed", file: file.name, error: event.error });
            return;
          case "done":
            setState({ step: "done", file: file.name, cloud: event.cloud });
            void client.invalidateQueries({ queryKey: keys.clouds(), exact: true });
        }
      };
      void openBundle(file, report, mine.signal);
    },
    [client],
  );

  const dismiss = useCallback(() => {
    running.current?.abort();
    running.current = null;
    setState({ step: "idle" });
  }, []);

  return { state, start, dismiss };
}
