"use client";
import { Trash2, TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { CloudSummary } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { megabytes } from "../../lib/client/open-bundle.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { LinkPending } from "../ui/link-pending.tsx";
import { Panel } from "../ui/panel.tsx";
import { When } from "../ui/when.tsx";

const COUNTS = [
  ["hosts", "Hosts"],
  ["networks", "Networks"],
  ["routers", "Routers"],
  ["instances", "Instances"],
] as const;

export function CloudCard({ cloud, onRemove }: { cloud: CloudSummary; onRemove?: () => void }) {
  // Two bundles can have one name: when they were opened tells them apart.
  const label = cloud.addedAt
    ? `${cloud.name}, opened ${cloud.addedAt.slice(0, 19).replace("T", " ")} UTC`
    : cloud.name;
  return (
    <Panel aria-label={label} className="group relative flex flex-col p-5 shadow-card hover:border-line-strong">
      <div className="flex items-start justify-between gap-3">
        <h3 className="min-w-0 text-base font-semibold break-words">
          {/* The link covers the card; what else can be pressed lies above it. */}
          <Link
            href={pages.topology(cloud.id)}
            prefetch={false}
            className="after:absolute after:inset-0 after:rounded-lg"
          >
            {cloud.name}
            <LinkPending />
          </Link>
        </h3>
        {cloud.kind === "bundle" ? null : <Badge>{cloud.kind}</Badge>}
        {onRemove ? (
          <Button
            variant="ghost"
            size="icon"
            aria-label={`Remove ${label}`}
            title="Remove"
            className="relative z-10 -mt-1.5 -mr-2"
            onClick={onRemove}
          >
            <Trash2 aria-hidden />
          </Button>
        ) : null}
      </div>
      <p className="min-h-5 pt-0.5 text-xs text-muted">
        {cloud.kind === "embedded" ? (
          "Simulated, and always current"
        ) : cloud.takenAt ? (
          <>
            Recorded <When iso={cloud.takenAt} />
          </>
        ) : (
          "Time of recording unknown"
        )}
      </p>
      {cloud.addedAt ? (
        <p className="text-xs text-muted">
          Opened <When iso={cloud.addedAt} />
          {cloud.size === undefined ? null : ` · ${megabytes(cloud.size)}`}
        </p>
      ) : null}
      <dl className="mt-5 grid grid-cols-4 gap-2 border-t border-line pt-4">
        {COUNTS.map(([key, label]) => (
          <div key={key} className="flex flex-col-reverse">
            <dt className="text-xs text-muted">{label}</dt>
            <dd className="text-lg font-semibold tabular-nums">{cloud[key].toLocaleString("en")}</dd>
          </div>
        ))}
      </dl>
      {cloud.gaps > 0 ? (
        <p className="flex items-center gap-1.5 pt-4 text-xs text-warn">
          <TriangleAlert aria-hidden className="size-3.5" />
          {cloud.gaps.toLocaleString("en")} {cloud.gaps === 1 ? "part" : "parts"} missing or unread
        </p>
      ) : null}
    </Panel>
  );
}
