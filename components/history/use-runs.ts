"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { RememberedRun } from "../../lib/api/reach.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";

/** What was traced before, newest first. Asked each time that it is looked at: other pages and tabs add to it. */
export function useRuns(cloud: string) {
  return useQuery({
    queryKey: keys.traces(cloud),
    queryFn: ({ signal }) => fetchJson<RememberedRun[]>(urls.traces(cloud), { signal }),
    staleTime: 0,
    refetchOnWindowFocus: true,
  });
}

/** The same question, asked now. */
export function useAgain(cloud: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      fetchJson<RememberedRun>(urls.traces(cloud), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ again: id }),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.traces(cloud), exact: true }),
  });
}

/** One, or `all`. */
export function useForget(cloud: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => fetchJson<void>(urls.traces(cloud, id), { method: "DELETE" }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.traces(cloud), exact: true }),
  });
}
