"use client";
import { type DehydratedState, HydrationBoundary } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";

/** @param state JSON: as a value, both sides of React's wire would go through each of a large cloud's objects by themselves */
export function Hydrated({ state, children }: { state: string; children: ReactNode }) {
  const known = useMemo(() => JSON.parse(state) as DehydratedState, [state]); // As Prefetched wrote it.
  return <HydrationBoundary state={known}>{children}</HydrationBoundary>;
}
