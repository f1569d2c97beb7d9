"use client";
import type { CloudSummary } from "../../lib/api/http.ts";
import { CloudSwitcher } from "./cloud-switcher.tsx";
import { CoverageBadge } from "./coverage.tsx";
import { LiveBadge } from "./live.tsx";
import { SearchPalette } from "./search-palette.tsx";
import { useIsAdmin } from "./session.tsx";
import { ThemeToggle } from "./theme-toggle.tsx";
import { UserMenu } from "./user-menu.tsx";

export function TopBar({ cloud }: { cloud: CloudSummary }) {
  const admin = useIsAdmin();
  return (
    <header className="grid grid-cols-[minmax(0,1fr)_auto_auto] sm:grid-cols-[minmax(0,1fr)_minmax(160px,260px)_auto] wide:grid-cols-[minmax(0,1fr)_minmax(200px,380px)_minmax(0,1fr)] items-center gap-2 border-b sm:gap-4 border-line bg-surface px-4">
      {admin ? <CloudSwitcher current={cloud} /> : <span className="truncate text-sm font-medium">{cloud.name}</span>}
      <SearchPalette cloud={cloud.id} />
      <div className="flex items-center justify-end gap-2">
        <LiveBadge />
        <CoverageBadge cloud={cloud} />
        <ThemeToggle />
        <UserMenu />
      </div>
    </header>
  );
}
