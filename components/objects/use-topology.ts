"use client";
import { useQuery } from "@tanstack/react-query";
import type { Topology } from "../../lib/api/http.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";

export function useTopology(cloud: string) {
  return useQuery({ queryKey: keys.topology(cloud), queryFn: () => fetchJson<Topology>(urls.topology(cloud)) });
}
