"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FaultPlaces, FaultReport, InjectedFault } from "../../lib/api/http.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";

export function useInjected(cloud: string) {
  return useQuery({
    queryKey: keys.injectedFaults(cloud),
    queryFn: ({ signal }) => fetchJson<InjectedFault[]>(urls.injectedFaults(cloud), { signal }),
  });
}

/** Where each kind can be put: hundreds of traces, so asked for behind the list. */
export function useFaultReport(cloud: string) {
  return useQuery({
    queryKey: keys.faults(cloud),
    queryFn: ({ signal }) => fetchJson<FaultReport>(urls.faults(cloud), { signal }),
    placeholderData: (before) => before,
  });
}

export function useFaultPlaces(cloud: string, kind: string | null) {
  return useQuery({
    queryKey: keys.faultPlaces(cloud, kind ?? ""),
    queryFn: ({ signal }) => fetchJson<FaultPlaces>(urls.faultPlaces(cloud, kind ?? ""), { signal }),
    enabled: kind !== null,
  });
}

export function useInject(cloud: string, onDone: (fault: InjectedFault) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (asked: { kind: string; place: string }) =>
      fetchJson<InjectedFault>(urls.faults(cloud), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(asked),
      }),
    onSuccess: onDone,
    onSettled: () => client.invalidateQueries({ queryKey: keys.cloud(cloud) }),
  });
}

export function useUndo(cloud: string, onDone: (faults: InjectedFault[]) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => fetchJson<InjectedFault[]>(urls.undoFault(cloud, id), { method: "DELETE" }),
    onSuccess: onDone,
    onSettled: () => client.invalidateQueries({ queryKey: keys.cloud(cloud) }),
  });
}
