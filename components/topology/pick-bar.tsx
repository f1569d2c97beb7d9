"use client";
import { Waypoints } from "lucide-react";
import { type FormEvent, useEffect, useRef } from "react";
import { pages } from "../../lib/api/pages.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { Kbd } from "../ui/kbd.tsx";
import type { Picking } from "./picking.ts";

/** In the place of the page's head while the ends of a trace are chosen in the picture: what to do next, and ways out. */
export function PickBar({ cloud, picking, source }: { cloud: string; picking: Picking; source: string }) {
  const { role, offer, from, back, cancel } = picking;
  const bar = useRef<HTMLElement>(null);
  const choices = useRef<HTMLUListElement>(null);

  // Focus is never lost with what had it: the bar takes it, and each choice that is to be made in the bar.
  useEffect(() => {
    if (offer) choices.current?.querySelector<HTMLElement>("button, input")?.focus();
    else if (role && !document.activeElement?.closest("[data-id]")) bar.current?.focus();
  }, [role, offer]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || document.querySelector("[role=dialog], [role=menu]")) return;
      event.preventDefault();
      if (!offer) return cancel();
      back();
      document.querySelector<SVGGElement>(`[data-id="${CSS.escape(offer.id)}"]`)?.focus();
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, [offer, back, cancel]);

  const typed = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const address = String(new FormData(event.currentTarget).get("address") ?? "").trim();
    if (offer && address !== "") picking.take(offer.id, { value: address, label: address });
  };

  return (
    <section
      ref={bar}
      tabIndex={-1}
      aria-label="Ends of a trace"
      className="flex min-h-16 shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-b border-accent bg-accent-soft px-6 py-2.5 outline-none"
    >
      <h1 className="sr-only">Topology</h1>
      <Waypoints aria-hidden className="size-5 shrink-0 text-accent max-md:hidden" />
      <div className="min-w-0">
        <p className="font-semibold">{promptOf(picking, source)}</p>
        <p className="text-xs text-muted">{picking.why ? <span className="text-ink">{picking.why}</span> : <Ways />}</p>
      </div>
      <div className="ml-auto flex gap-2">
        <ButtonLink href={pages.trace(cloud, from === null ? {} : { from })} title="On the page of traces (T)">
          Type the ends
        </ButtonLink>
        <Button onClick={cancel}>
          Cancel <Kbd>Esc</Kbd>
        </Button>
      </div>
      {offer ? (
        <ul
          ref={choices}
          aria-label={`Ends of ${offer.name}`}
          className="flex min-w-0 basis-full flex-wrap items-center gap-2 md:pl-9"
        >
          {offer.any ? (
            <li>
              <form onSubmit={typed} className="flex gap-2">
                <Input name="address" aria-label="Any address" placeholder="any address" className="w-40 font-mono" />
                <Button type="submit">Trace</Button>
              </form>
            </li>
          ) : null}
          {offer.choices.map((choice) => (
            <li key={choice.value} className="max-w-full">
              <Button className="max-w-full" onClick={() => picking.take(offer.id, choice)}>
                <span className="font-mono text-xs">{choice.label}</span>{" "}
                {choice.detail ? <span className="truncate text-xs text-muted">{choice.detail}</span> : null}
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function Ways() {
  return (
    <>
      An instance, router, network or floating IP
      <span className="max-md:hidden">
        : with the pointer, or <Kbd>Tab</Kbd> and <Kbd>Enter</Kbd>
      </span>
    </>
  );
}

/** What is to be done now, also for those who do not see the bar. */
export function promptOf({ role, offer }: Picking, source: string): string {
  const start = role === "from" ? "Trace" : `Trace from ${source}`;
  if (offer) return `${start}: ${role} which address of ${offer.name}?`;
  return role === "from" ? `${start}: click where the ping starts` : `${start}: click where it goes`;
}
