"use client";
import { useLinkStatus } from "next/link";

/** Inside a Link: a line at the top of the window while its page is on the way, if that takes longer than a blink. */
export function LinkPending() {
  const { pending } = useLinkStatus();
  if (!pending) return null;
  return (
    <span role="status" className="link-pending fixed inset-x-0 top-0 z-50 block h-0.5 overflow-hidden">
      <span className="sr-only">Loading</span>
    </span>
  );
}
