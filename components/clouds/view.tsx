"use client";
import { useQuery } from "@tanstack/react-query";
import { Layers } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import type { CloudSummary } from "../../lib/api/http.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { Logo } from "../frame/logo.tsx";
import { ThemeToggle } from "../frame/theme-toggle.tsx";
import { UserMenu } from "../frame/user-menu.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../ui/state.tsx";
import { BundleHelp } from "./bundle-help.tsx";
import { CloudCard } from "./cloud-card.tsx";
import { DropAnywhere } from "./drop-anywhere.tsx";
import { ImportCard } from "./import-card.tsx";
import { RemoveDialog } from "./remove-dialog.tsx";
import { useImport } from "./use-import.ts";

export function CloudsView() {
  const clouds = useQuery({ queryKey: keys.clouds(), queryFn: () => fetchJson<CloudSummary[]>(urls.clouds()) });
  const { state, start, dismiss } = useImport();
  const [removing, setRemoving] = useState<CloudSummary | null>(null);
  const asked = useSearchParams().get("open") !== null;
  const mine = clouds.data?.filter((cloud) => cloud.kind === "bundle") ?? [];
  const own = clouds.data?.filter((cloud) => cloud.kind === "embedded") ?? [];
  const demos = clouds.data?.filter((cloud) => cloud.kind === "demo") ?? [];
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-[52px] shrink-0 items-center justify-between border-b border-line bg-surface px-6">
        <Logo wide />
        <div className="flex items-center gap-2">
          <ThemeToggle />
          <UserMenu />
        </div>
      </header>
      <main className="mx-auto flex w-full max-w-5xl flex-1 flex-col gap-8 px-6 py-8">
        <div>
          <h1 className="text-xl font-semibold tracking-tight">Clouds</h1>
          <p className="pt-1 text-sm text-muted">
            See what is under an OpenStack network, and follow a packet through it, hop by hop.
          </p>
        </div>
        <ImportCard state={state} onFile={start} onDismiss={dismiss} focus={asked} />
        <BundleHelp />
        {clouds.isPending ? (
          <Cards title="Clouds">
            {[0, 1, 2].map((key) => (
              <Skeleton key={key} className="h-44" />
            ))}
          </Cards>
        ) : clouds.isError ? (
          <ErrorState
            title="The list of clouds did not load"
            error={clouds.error}
            onRetry={() => void clouds.refetch()}
          />
        ) : clouds.data.length === 0 ? (
          <EmptyState icon={<Layers aria-hidden />} title="No clouds yet">
            Open a bundle of a cloud’s host outputs to see it here.
          </EmptyState>
        ) : (
          <>
            {own.length > 0 ? (
              <Cards
                title="This server’s own cloud"
                note="Its OpenStack APIs change it, and its simulated hosts follow."
              >
                {own.map((cloud) => (
                  <CloudCard key={cloud.id} cloud={cloud} />
                ))}
              </Cards>
            ) : null}
            {mine.length > 0 ? (
              <Cards title="Opened bundles">
                {mine.map((cloud) => (
                  <CloudCard key={cloud.id} cloud={cloud} onRemove={() => setRemoving(cloud)} />
                ))}
              </Cards>
            ) : null}
            {demos.length > 0 ? (
              <Cards title="Demo clouds" note="Recorded from a running OpenStack, and shipped with Underlay.">
                {demos.map((cloud) => (
                  <CloudCard key={cloud.id} cloud={cloud} />
                ))}
              </Cards>
            ) : null}
          </>
        )}
      </main>
      <DropAnywhere onFile={start} />
      <RemoveDialog cloud={removing} onClose={() => setRemoving(null)} />
    </div>
  );
}

function Cards({ title, note, children }: { title: string; note?: string; children: React.ReactNode }) {
  return (
    <section aria-label={title}>
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 pb-3">
        <h2 className="text-sm font-semibold">{title}</h2>
        {note ? <p className="text-xs text-muted">{note}</p> : null}
      </div>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(280px,1fr))] gap-4">{children}</div>
    </section>
  );
}
