"use client";
import { CircleAlert, CircleCheck, CircleHelp, LogOut, SquareTerminal, Wrench } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { pages } from "../../lib/api/pages.ts";
import type { Outcome, Resource, VerdictEvent } from "../../lib/datapath/event.ts";
import { commandFor } from "../../lib/traceview/command.ts";
import { elementText, elementWord } from "../../lib/traceview/decision.ts";
import type { TraceView } from "../../lib/traceview/view.ts";
import { Button, buttonClass } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { TryRepair, useWhatIf } from "./try-repair.tsx";

const LOOKS: Record<Outcome, { icon: typeof CircleCheck; ink: string; edge: string }> = {
  delivered: { icon: CircleCheck, ink: "text-ok", edge: "border-l-ok" },
  exited: { icon: LogOut, ink: "text-accent", edge: "border-l-accent" },
  dropped: { icon: CircleAlert, ink: "text-danger", edge: "border-l-danger" },
  unknown: { icon: CircleHelp, ink: "text-warn", edge: "border-l-warn" },
};

/** How it ended: outcome, code, one sentence, the element at fault, its Neutron object, and the command that shows it. */
export function VerdictBanner(props: {
  cloud: string;
  /** The question, as a query string. */
  search: string;
  view: TraceView;
  verdict: VerdictEvent;
  onFault: () => void;
}) {
  const { verdict, view } = props;
  const [command, setCommand] = useState(false);
  const [tried, setTried] = useState(false);
  const asked = useWhatIf(props.cloud, props.search, verdict);
  const look = LOOKS[verdict.outcome];
  const Icon = look.icon;
  const { element } = verdict;
  const link = verdict.resource && linkOf(props.cloud, verdict.resource);
  return (
    <section
      aria-label="Verdict"
      className={cn(
        "overflow-clip rounded-lg border border-l-4 bg-surface",
        look.edge,
        verdict.outcome === "dropped" ? "border-danger" : "border-line",
      )}
    >
      <div className="flex items-center gap-3 px-4 py-3 md:max-xl:min-h-[90px]">
        <Icon aria-hidden className={cn("size-5 shrink-0", look.ink)} />
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-baseline gap-x-3">
            <strong className={cn("text-base font-semibold", look.ink)}>{headline(view, verdict)}</strong>
            {verdict.code === "DELIVERED" ? null : (
              <Link
                href={pages.verdict(verdict.code)}
                prefetch={false}
                title="What this means, and what to do"
                className="font-mono text-xs text-muted underline decoration-line-strong underline-offset-2 hover:text-ink"
              >
                {verdict.code}
              </Link>
            )}
          </p>
          <p className="pt-0.5 text-sm">{verdict.summary}</p>
        </div>
      </div>
      <div className="flex min-h-11 items-center gap-x-2 gap-y-1.5 border-t border-line px-4 py-1.5 max-md:flex-wrap max-md:*:grow">
        <p className="flex min-w-0 flex-1 items-center gap-2 max-md:basis-full">
          <span className="shrink-0 text-xs text-muted">{element ? elementWord(element) : wayText(view)}</span>
          {element ? (
            <button
              type="button"
              onClick={props.onFault}
              title="Show it in the picture"
              className="min-w-0 truncate rounded px-1 font-mono text-xs hover:bg-hover"
            >
              {elementText(element)}
            </button>
          ) : null}
        </p>
        {asked.state === "none" ? null : (
          <Button
            className="w-38"
            disabled={asked.state === "asking"}
            aria-expanded={tried}
            onClick={() => setTried(!tried)}
          >
            <Wrench aria-hidden /> {asked.whatIf?.none === undefined ? "Try the repair" : "No repair to try"}
          </Button>
        )}
        {link ? (
          <Link className={buttonClass("outline", "md", "min-w-0 md:max-w-60")} href={link.href}>
            <span className="truncate">{link.label}</span>
          </Link>
        ) : null}
        {element ? (
          <Button aria-expanded={command} onClick={() => setCommand(!command)}>
            <SquareTerminal aria-hidden /> Show the command
          </Button>
        ) : null}
      </div>
      {element && command ? <Command host={verdict.host} text={commandFor(element, verdict)} /> : null}
      {asked.whatIf && tried ? <TryRepair cloud={props.cloud} actual={verdict} whatIf={asked.whatIf} /> : null}
    </section>
  );
}

function wayText({ legs }: TraceView): string {
  const hops = legs.reduce((sum, leg) => sum + leg.rows.length, 0);
  return `${hops} ${hops === 1 ? "hop" : "hops"} in ${legs.length} ${legs.length === 1 ? "leg" : "legs"}`;
}

/** A command to paste on a host, and a button that copies it. */
export function Command({ host, text }: { host: string; text: string }) {
  return (
    <div className="flex items-start gap-3 border-t border-line bg-sunken px-4 py-2">
      <span className="shrink-0 pt-1 text-xs text-muted">on {host}</span>
      <pre className="min-w-0 flex-1 overflow-x-auto pt-1 font-mono text-xs whitespace-pre-wrap">{text}</pre>
      <CopyButton text={text} label="Copy the command" />
    </div>
  );
}

function headline(view: TraceView, verdict: VerdictEvent): string {
  const leg = view.legs.find((one) => one.id === view.fault?.leg);
  const at =
    view.fault && leg ? ` at hop ${view.fault.hop + 1}${leg.id === "request" ? "" : ` of the ${leg.name}`}` : "";
  switch (verdict.outcome) {
    case "delivered":
      return "Delivered";
    case "exited":
      return "Left the cloud";
    case "dropped":
      return view.fault?.dropped ? `Dropped${at}` : "Not delivered";
    case "unknown":
      return "Cannot be told";
  }
}

/** Page of a Neutron object; undefined for those that have none. */
function linkOf(cloud: string, resource: Resource): { label: string; href: string } | undefined {
  const name = resource.name ?? resource.id.slice(0, 8);
  switch (resource.type) {
    case "network":
      return { label: `Network ${name}`, href: pages.list(cloud, "networks", resource.id) };
    case "router":
      return { label: `Router ${name}`, href: pages.list(cloud, "routers", resource.id) };
    case "security_group":
      return { label: `Security group ${name}`, href: pages.list(cloud, "security-groups", resource.id) };
    case "floatingip":
      return { label: `Floating IP ${name}`, href: pages.list(cloud, "floating-ips", resource.id) };
    case "server":
      return { label: `Instance ${name}`, href: pages.list(cloud, "instances", resource.id) };
    case "port":
    case "subnet":
    case "segment":
      return {
        label: `${resource.type === "port" ? "Port" : resource.type === "subnet" ? "Subnet" : "Segment"} ${name}`,
        href: pages.topology(cloud, resource.id),
      };
    case "agent":
      return { label: `Agent ${name}`, href: pages.hosts(cloud) };
    case "security_group_rule":
      return undefined;
  }
}
