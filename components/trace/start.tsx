import { ArrowRight, Waypoints } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { pages } from "../../lib/api/pages.ts";
import type { Example } from "../../lib/traceview/examples.ts";
import type { QueryDraft } from "../../lib/traceview/query.ts";
import { Kbd } from "../ui/kbd.tsx";
import { Skeleton } from "../ui/skeleton.tsx";

/** Nothing asked yet: what to do, and three traces of this cloud to try. */
export function Start(props: {
  cloud: string;
  examples: readonly Example[] | undefined;
  onRun: (query: QueryDraft) => void;
  /** Below the examples. */
  children?: ReactNode;
}) {
  const { cloud } = props;
  return (
    <div className="grid flex-1 justify-items-center rounded-lg border border-line bg-surface px-6 pt-[12vh] pb-14">
      <div className="flex w-full max-w-3xl flex-col items-center text-center">
        <div className="mb-4 grid size-11 place-items-center rounded-full border border-line text-muted">
          <Waypoints aria-hidden className="size-5" />
        </div>
        <h2 className="text-base font-semibold">Follow a packet, hop by hop</h2>
        <p className="max-w-lg pt-1.5 text-sm text-muted">
          Choose where it starts and where it goes: an instance, a router, a DHCP server, a floating IP, a host, or any
          address. <Kbd>T</Kbd> takes you to the first box;{" "}
          <Link
            href={`${pages.topology(cloud)}?pick=1`}
            prefetch={false}
            className="underline underline-offset-2 hover:text-ink"
          >
            click both ends in the topology
          </Link>{" "}
          if you would rather see them.
        </p>
        <ul className="grid w-full grid-cols-1 gap-3 pt-8 text-left md:grid-cols-3">
          {props.examples
            ? props.examples.map((example) => (
                <li key={example.title}>
                  <button
                    type="button"
                    onClick={() => props.onRun(example.query)}
                    className="group flex h-full w-full flex-col gap-1 rounded-lg border border-line bg-bg px-4 py-3 text-left hover:border-line-strong hover:bg-hover"
                  >
                    <span className="flex items-center justify-between gap-2 text-sm font-medium">
                      {example.title}
                      <ArrowRight
                        aria-hidden
                        className="size-4 shrink-0 text-faint transition-transform group-hover:translate-x-0.5 group-hover:text-accent"
                      />
                    </span>
                    <span className="font-mono text-xs text-muted">{example.detail}</span>
                  </button>
                </li>
              ))
            : [0, 1, 2].map((one) => (
                <li key={one}>
                  <Skeleton className="h-16" />
                </li>
              ))}
        </ul>
        {props.children}
      </div>
    </div>
  );
}
