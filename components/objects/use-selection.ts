"use client";
import { useCallback, useEffect } from "react";
import { useUrlState } from "../../lib/client/use-url-state.ts";

/** The selected object's id, in the URL; Escape selects nothing. */
export function useSelection() {
  const { params, set } = useUrlState();
  const selected = params.get("sel");
  const select = useCallback((id: string | null) => set({ sel: id }), [set]);
  useEffect(() => {
    if (selected === null) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) select(null);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [selected, select]);
  return { selected, select };
}
