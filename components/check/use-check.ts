"use client";
import { useQuery } from "@tanstack/react-query";
import type { CheckReport } from "../../lib/api/http.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";

/** @param only a host's name; absent: all hosts */
export function useCheck(cloud: string, only?: string) {
  return useQuery({
    queryKey: keys.check(cloud, only),
    queryFn: ({ signal }) => fetchJson<CheckReport>(urls.check(cloud, only), { signal }),
  });
}
