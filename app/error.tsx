"use client";
import { ErrorState } from "../components/ui/state.tsx";

// Next wants a default export.
export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <main className="grid min-h-full place-items-center">
      <ErrorState level={1} title="This page could not be shown" error={error} onRetry={reset} />
    </main>
  );
}
