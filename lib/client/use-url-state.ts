"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { useCallback } from "react";

/**
 * View state that lives in the query string. `set` with a push (the default) makes a history entry, so that Back undoes
 * it; `replace` is for what changes continuously (typing, dragging). Null removes a parameter.
 * Uses the History API directly: Next keeps useSearchParams in step with it, and no server round trip happens.
 */
export function useUrlState() {
  const params = useSearchParams();
  const path = usePathname();
  const set = useCallback(
    (changes: Record<string, string | null>, how: "push" | "replace" = "push") => {
      const next = new URLSearchParams(window.location.search);
      for (const [key, value] of Object.entries(changes)) {
        if (value === null || value === "") next.delete(key);
        else next.set(key, value);
      }
      const query = next.toString();
      if (query === window.location.search.replace(/^\?/, "")) return;
      const url = query === "" ? path : `${path}?${query}`;
      if (how === "push") window.history.pushState(null, "", url);
      else window.history.replaceState(null, "", url);
    },
    [path],
  );
  return { params, set };
}
