"use client";
import { useQuery } from "@tanstack/react-query";
import { Check, ChevronsUpDown, FolderOpen, LayoutGrid } from "lucide-react";
import { useRouter } from "next/navigation";
import type { CloudSummary } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { Button } from "../ui/button.tsx";
import { Menu, MenuItem, MenuLine } from "../ui/menu.tsx";

export function CloudSwitcher({ current }: { current: CloudSummary }) {
  const router = useRouter();
  const clouds = useQuery({ queryKey: keys.clouds(), queryFn: () => fetchJson<CloudSummary[]>(urls.clouds()) });
  const list = clouds.data ?? [current];
  return (
    <div className="flex min-w-0 items-center">
      <Menu
        label="Clouds"
        trigger={
          <Button
            variant="ghost"
            className="-ml-2 min-w-0 text-ink"
            aria-label={`Cloud: ${current.name}. Choose another`}
          >
            <span className="truncate">{current.name}</span>
            <ChevronsUpDown aria-hidden className="text-faint" />
          </Button>
        }
      >
        {list.map((cloud) => (
          <MenuItem key={cloud.id} onSelect={() => router.push(pages.topology(cloud.id))}>
            <Check aria-hidden className={cloud.id === current.id ? "text-accent!" : "invisible"} />
            <span className="max-w-72 truncate">{cloud.name}</span>
            {cloud.kind === "bundle" ? null : <span className="ml-auto pl-4 text-xs text-muted">{cloud.kind}</span>}
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem onSelect={() => router.push(pages.clouds())}>
          <LayoutGrid aria-hidden /> All clouds
        </MenuItem>
        <MenuItem onSelect={() => router.push(`${pages.clouds()}?open=1`)}>
          <FolderOpen aria-hidden /> Open a bundle
        </MenuItem>
      </Menu>
    </div>
  );
}
