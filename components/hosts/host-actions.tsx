"use client";
import { FileCode2, GitCompareArrows, ScrollText, Zap } from "lucide-react";
import Link from "next/link";
import type { CheckDifference } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { urls } from "../../lib/client/keys.ts";
import { EMBEDDED_CLOUD } from "../../lib/client/live.ts";
import { Button, ButtonLink, buttonClass } from "../ui/button.tsx";

/** What an administrator does with a host: read what built it, break it, take it home as a script. */
export function HostActions(props: {
  cloud: string;
  host: string;
  history: boolean;
  onHistory: (open: boolean) => void;
}) {
  const { cloud, host, history, onHistory } = props;
  return (
    <>
      {cloud === EMBEDDED_CLOUD ? (
        <>
          <Button
            title="What built this host"
            aria-pressed={history}
            onClick={() => onHistory(!history)}
            className="aria-pressed:bg-hover"
          >
            <ScrollText aria-hidden />
            <span className="max-wide:sr-only">Commands</span>
          </Button>
          <ButtonLink title="Faults that can be put here" href={pages.faults(cloud, host)}>
            <Zap aria-hidden />
            <span className="max-wide:sr-only">Break it</span>
          </ButtonLink>
        </>
      ) : null}
      <a
        href={urls.script(cloud, host)}
        download={`${host}.sh`}
        className={buttonClass("outline", "icon")}
        aria-label="Export as script"
        title="Export as script: the shell lines that build this host"
      >
        <FileCode2 aria-hidden />
      </a>
    </>
  );
}

/** How many things of a host are not as Neutron wants them; leads to them. */
export function DriftLink(props: { cloud: string; host: string; differences: readonly CheckDifference[] }) {
  const count = props.differences.length;
  if (count === 0) return null;
  return (
    <Link
      href={pages.check(props.cloud, props.host)}
      className="inline-flex h-6 items-center gap-1.5 rounded-md px-1.5 text-xs font-medium text-warn hover:bg-warn-soft"
    >
      <GitCompareArrows aria-hidden className="size-3.5" />
      {count === 1 ? "1 difference" : `${count.toLocaleString("en")} differences`}
    </Link>
  );
}
