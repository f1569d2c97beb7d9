"use client";
import { LogIn, LogOut } from "lucide-react";
import Link from "next/link";
import { useParams } from "next/navigation";
import { pages } from "../../lib/api/pages.ts";
import { cn } from "../ui/cn.ts";

export interface TraceEnds {
  /** What a trace takes; absent where nothing is sent from. */
  from?: string;
  to?: string;
}

/** Two small signs beside what can be an end of a trace. */
export function TraceHere(props: TraceEnds & { name: string; className?: string }) {
  const { cloud } = useParams<{ cloud: string }>();
  const { from, to, name } = props;
  const here = decodeURIComponent(cloud);
  return (
    <span className={cn("inline-flex items-center gap-0.5 align-middle", props.className)}>
      {from === undefined ? null : (
        <Link
          prefetch={false}
          className={SMALL}
          href={pages.trace(here, { from })}
          aria-label={`Trace from ${name}`}
          title="Trace from here"
        >
          <LogOut aria-hidden />
        </Link>
      )}
      {to === undefined ? null : (
        <Link
          prefetch={false}
          className={SMALL}
          href={pages.trace(here, { to })}
          aria-label={`Trace to ${name}`}
          title="Trace to here"
        >
          <LogIn aria-hidden />
        </Link>
      )}
    </span>
  );
}

const SMALL = "inline-grid size-6 place-items-center rounded text-muted hover:bg-hover hover:text-ink [&_svg]:size-3.5";
