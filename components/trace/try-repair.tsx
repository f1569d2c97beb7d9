"use client";
import { useQuery } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import Link from "next/link";
import { pages } from "../../lib/api/pages.ts";
import type { WhatIf } from "../../lib/api/reach.ts";
import { asFailure } from "../../lib/client/error.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { urls } from "../../lib/client/keys.ts";
import type { VerdictEvent } from "../../lib/datapath/event.ts";
import { ScriptBlock } from "../check/script-block.tsx";
import { useIsAdmin } from "../frame/session.tsx";
import { OutcomeBadge } from "./outcome.tsx";

interface Asked {
  /** `none`: there is nothing to be mended. */
  state: "none" | "asking" | "known";
  whatIf?: WhatIf;
}

/** Asked for each verdict anew: hosts change. */
export function useWhatIf(cloud: string, search: string, verdict: VerdictEvent): Asked {
  const enabled = verdict.code !== "DELIVERED" && verdict.code !== "EXITED_PHYSICAL_NETWORK" && search !== "";
  const { data, error } = useQuery({
    queryKey: ["whatif", cloud, search, verdict],
    queryFn: ({ signal }) => fetchJson<WhatIf>(`${urls.cloud(cloud)}/whatif?${search}`, { signal }),
    enabled,
    gcTime: 0,
    retry: false,
  });
  if (!enabled) return { state: "none" };
  const whatIf = error ? { none: asFailure(error).message } : data;
  return whatIf ? { state: "known", whatIf } : { state: "asking" };
}

/** The what-if beside the actual: what would be done, and what the packet would then come to. Or what was tried in vain. */
export function TryRepair(props: { cloud: string; actual: VerdictEvent; whatIf: WhatIf }) {
  const { cloud, actual, whatIf } = props;
  const admin = useIsAdmin();
  const { repair } = whatIf;
  if (!repair)
    return (
      <section
        aria-label="The repair, tried"
        className="flex flex-col gap-1 border-t border-line bg-sunken px-4 py-3 text-sm"
      >
        <p>{whatIf.none ?? "This trace comes through now: run it again."}</p>
        <p className="max-w-3xl text-xs text-muted">
          What can be tried: {admin ? "setting right what differs on the hosts of its way, " : ""}one more rule of a
          security group, and a router between two networks, its interfaces and its way out. What cannot: other
          addresses, routes, subnets and address pairs, networks that have a router each, routers that are highly
          available, and what is wrong inside an instance or beyond the cloud.
        </p>
      </section>
    );
  const isEnough = repair.outcome === "delivered" || repair.outcome === "exited";
  const hosts = repair.scripts.flatMap((one) => one.host ?? []);
  return (
    <section aria-label="The repair, tried" className="flex flex-col gap-3 border-t border-line bg-sunken px-4 py-3">
      <div className="grid grid-cols-1 items-stretch gap-2 md:grid-cols-[1fr_auto_1fr]">
        <Ending title="As it is" {...actual} />
        <ArrowRight aria-hidden className="size-4 self-center text-muted max-md:hidden" />
        <Ending title="With the repair" {...repair} />
      </div>
      {isEnough ? null : (
        <p className="text-sm">
          This mends one fault, and another lies behind it: the packet then ends with{" "}
          <Link
            href={pages.verdict(repair.code)}
            prefetch={false}
            className="font-mono text-xs underline decoration-line-strong underline-offset-2 hover:text-muted"
          >
            {repair.code}
          </Link>
          , for which no repair is known.
        </p>
      )}
      {repair.scripts.map((one) => (
        <div key={one.host ?? "api"} className="flex min-w-0 flex-col gap-1">
          <p className="text-xs text-muted">
            {one.host === undefined ? (
              "With the command line of the cloud"
            ) : (
              <>
                As root on <span className="font-mono">{one.host}</span>
              </>
            )}
          </p>
          <ScriptBlock
            text={one.script}
            label={one.host === undefined ? "Commands of the repair" : `Commands of the repair on ${one.host}`}
            className="max-h-56 overflow-auto rounded-md border border-line bg-surface"
          />
        </div>
      ))}
      <p className="text-xs text-muted">
        Tried on a copy: nothing in the cloud was changed.{" "}
        {admin && hosts.length > 0 ? (
          <Link
            href={pages.check(cloud, hosts.length === 1 ? hosts[0] : undefined)}
            prefetch={false}
            className="underline decoration-line-strong underline-offset-2 hover:text-ink"
          >
            Repair it in the check
          </Link>
        ) : null}
      </p>
    </section>
  );
}

function Ending(props: Pick<VerdictEvent, "outcome" | "code" | "summary"> & { title: string }) {
  return (
    <div className="flex flex-col gap-1 rounded-md border border-line bg-surface px-3 py-2">
      <p className="flex flex-wrap items-center gap-2">
        <span className="text-xs text-muted">{props.title}</span>
        <OutcomeBadge outcome={props.outcome} />
        <span className="font-mono text-xs">{props.code}</span>
      </p>
      <p className="text-sm">{props.summary}</p>
    </div>
  );
}
