"use client";
import Link from "next/link";
import { pages } from "../../lib/api/pages.ts";
import { describeQuery, toSearch } from "../../lib/traceview/query.ts";
import { OutcomeBadge } from "../trace/outcome.tsx";
import { When } from "../ui/when.tsx";
import { Question, useEndNames } from "./question.tsx";
import { useRuns } from "./use-runs.ts";

const MOST = 4;

/** The last few traces, to be run again; nothing where there was none. */
export function Recent({ cloud }: { cloud: string }) {
  const runs = useRuns(cloud);
  const name = useEndNames(cloud);
  if (!runs.data || runs.data.length === 0) return null;
  return (
    <section aria-label="Recent traces" className="w-full pt-8 text-left">
      <header className="flex items-baseline justify-between pb-2">
        <h3 className="text-sm font-medium">Recent</h3>
        <Link
          href={pages.traces(cloud)}
          prefetch={false}
          className="text-xs text-muted underline decoration-line-strong underline-offset-2 hover:text-ink"
        >
          All {runs.data.length} and their differences
        </Link>
      </header>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {runs.data.slice(0, MOST).map((run) => (
          <li key={run.id}>
            <Link
              href={`${pages.trace(cloud)}?${toSearch(run.query)}`}
              prefetch={false}
              className="flex items-center gap-3 px-4 py-2 text-sm hover:bg-hover"
            >
              <span className="min-w-0 flex-1 truncate">
                <Question query={run.query} name={name} />
              </span>
              <span className="text-xs text-muted max-md:hidden">{describeQuery(run.query)}</span>
              <OutcomeBadge outcome={run.outcome} />
              <span className="text-xs text-muted max-md:hidden">
                <When iso={run.at} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
