"use client";
import { ErrorState } from "../../../components/ui/state.tsx";

// Next wants a default export.
export default function CloudPageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <div className="grid h-full place-items-center">
      <ErrorState level={1} title="This page could not be shown" error={error} onRetry={reset} />
    </div>
  );
}
