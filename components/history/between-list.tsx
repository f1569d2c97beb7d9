"use client";
import Link from "next/link";
import { pages } from "../../lib/api/pages.ts";
import type { Between } from "../../lib/api/reach.ts";
import { ScriptBlock } from "../check/script-block.tsx";
import { useIsAdmin } from "../frame/session.tsx";
import { Badge } from "../ui/badge.tsx";
import { When } from "../ui/when.tsx";

/** What happened between two runs: changes of the cloud's objects, and for administrators what hosts did. */
export function BetweenList(props: {
  cloud: string;
  between: Between | undefined;
  /** Where the runs differ. */
  places: readonly { host: string; device: string }[];
}) {
  const admin = useIsAdmin();
  const { between } = props;
  return (
    <section aria-label="Between the two" className="flex flex-col gap-2">
      <h2 className="text-sm font-semibold">Between the two</h2>
      {!between ? (
        <p className="text-sm text-muted">This cloud is a recording: nothing of it changes.</p>
      ) : between.changes.length === 0 && between.deeds.length === 0 ? (
        <p className="text-sm text-muted">
          {admin
            ? "Nothing was changed, neither in the cloud nor on its hosts."
            : "Nothing of your project was changed."}
        </p>
      ) : null}
      {between?.incomplete ? (
        <p className="text-xs text-muted">There was more than is kept: these are the newest.</p>
      ) : null}
      {between && between.changes.length > 0 ? (
        <ul aria-label="Changes of objects" className="divide-y divide-line rounded-lg border border-line bg-surface">
          {between.changes.map((change, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: what has happened does not move
            <li key={i} className="flex flex-wrap items-baseline gap-x-3 px-4 py-2 text-sm">
              <span className="text-xs text-muted">
                <When iso={change.at} />
              </span>
              <span className="min-w-0 [overflow-wrap:anywhere]">{change.what}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {between && between.deeds.length > 0 ? (
        <ul aria-label="Done on hosts" className="flex flex-col gap-2">
          {between.deeds.map((deed, i) => {
            const here = props.places.some(
              (place) => place.host === deed.host && deed.commands.some((line) => line.includes(place.device)),
            );
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: what has happened does not move
              <li key={i} className="rounded-lg border border-line bg-surface px-4 py-3">
                <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1 pb-2 text-sm">
                  <Link
                    href={pages.host(props.cloud, deed.host)}
                    prefetch={false}
                    className="font-medium underline decoration-line-strong underline-offset-2 hover:text-accent"
                  >
                    {deed.host}
                  </Link>
                  <span>{[deed.agent, deed.step].filter((word) => word !== "").join(" · ")}</span>
                  {here ? <Badge tone="warn">where they part</Badge> : null}
                  <span className="ml-auto text-xs text-muted">
                    <When iso={deed.at} />
                  </span>
                  <span className="basis-full text-xs text-muted">{deed.what.join("; ")}</span>
                </p>
                <ScriptBlock
                  text={`${deed.commands.join("\n")}${deed.more > 0 ? `\n# … and ${deed.more} more` : ""}`}
                  label={`Commands on ${deed.host}, ${i + 1}`}
                  className="max-h-40 overflow-auto rounded-md border border-line bg-sunken"
                />
              </li>
            );
          })}
        </ul>
      ) : null}
    </section>
  );
}
