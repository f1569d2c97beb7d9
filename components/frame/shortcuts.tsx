"use client";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { pages } from "../../lib/api/pages.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { NAV } from "./nav.ts";
import { pageKey } from "./page-key.ts";
import { useIsAdmin } from "./session.tsx";
import { GO_TO, pressed, type ShortcutDeed } from "./shortcut-keys.ts";
import { onSummoned, summon } from "./summon.ts";

/** Milliseconds between G and the letter after it. */
const PATIENCE_MS = 1500;
/** Where letters are typed or mean something of their own: fields, consoles, what is open above the page. */
const TYPING = "input, textarea, select, [contenteditable], .xterm, [role=dialog], [role=menu], [role=listbox]";

/** Listens for the shortcuts of the whole page, and explains them on `?`. */
export function Shortcuts({ cloud }: { cloud: string }) {
  const router = useRouter();
  const admin = useIsAdmin();
  const [open, setOpen] = useState(false);
  const on = useSingleKeys();
  const going = useRef({ is: false, until: 0 });
  useEffect(() => {
    const run = (deed: ShortcutDeed) => {
      if (deed.do === "help") setOpen(true);
      else if (deed.do === "trace") router.push(pages.trace(cloud));
      else if (deed.do === "go") router.push(`/clouds/${encodeURIComponent(cloud)}/${deed.slug}`);
      else focusFilter();
    };
    const onKey = (event: KeyboardEvent) => {
      const { target, key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || key === "Shift") return;
      if (target instanceof Element && target.closest(TYPING)) return;
      if (document.querySelector("[role=dialog], [role=menu]") || (!on && key !== "?")) return;
      const was = going.current.is && event.timeStamp < going.current.until;
      const next = pressed(key, was, admin);
      going.current = { is: next.going, until: event.timeStamp + PATIENCE_MS };
      if (!was && !next.going && !next.deed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const own = was ? undefined : pageKey(key);
      if (own) own();
      else if (next.deed) run(next.deed);
    };
    window.addEventListener("keydown", onKey, { capture: true });
    const forget = onSummoned("shortcuts", () => setOpen(true));
    return () => {
      window.removeEventListener("keydown", onKey, { capture: true });
      forget();
    };
  }, [router, cloud, admin, on]);
  return (
    <Dialog open={open} onOpenChange={setOpen} title="Keyboard shortcuts">
      <Sheet admin={admin} on={on} />
    </Dialog>
  );
}

/** The page's own filter; where there is none, the search through the whole cloud. */
function focusFilter(): void {
  const filter = document.querySelector<HTMLInputElement>("main input[type=search]");
  if (!filter) return summon("palette");
  filter.focus();
  filter.select();
}

function Sheet({ admin, on }: { admin: boolean; on: boolean }) {
  const labels = new Map(NAV.flat().map((entry) => [entry.slug, entry.label]));
  const goTo = Object.entries(GO_TO).filter(([, page]) => admin || !page.forAdmins);
  return (
    <div className="-mx-1 min-h-0 overflow-y-auto px-1">
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        <Group title="Everywhere">
          <Row keys={["Ctrl K"]}>Find, or do something</Row>
          <Row keys={["T"]}>New trace; in the topology, between what you choose</Row>
          <Row keys={["/"]}>Filter the list</Row>
          <Row keys={["Esc"]}>Close, or select nothing</Row>
          <Row keys={["?"]}>These shortcuts</Row>
        </Group>
        <Group title="Go to">
          {goTo.map(([key, { slug }]) => (
            <Row key={slug} keys={["G", key.toUpperCase()]}>
              {labels.get(slug)}
            </Row>
          ))}
        </Group>
        <Group title="In a picture">
          <Row keys={["+", "−"]}>Nearer, farther</Row>
          <Row keys={["0"]}>All of it</Row>
          <Row keys={["Enter"]}>Select</Row>
        </Group>
        <Group title="In a trace">
          <Row keys={["←", "→"]}>Step</Row>
          <Row keys={["Home", "End"]}>First, last step</Row>
          <Row keys={["Space"]}>Play</Row>
        </Group>
      </div>
      <label className="mt-5 flex items-center gap-2 border-t border-line pt-4 text-sm">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => setSingleKeys(event.target.checked)}
          className="size-4 accent-(--accent)"
        />
        Shortcuts of single keys
        <span className="text-muted">(off: only Ctrl K and ?)</span>
      </label>
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="pb-1.5 text-xs font-medium text-muted">{title}</h3>
      <dl className="flex flex-col gap-1">{children}</dl>
    </section>
  );
}

function Row({ keys, children }: { keys: readonly string[]; children: ReactNode }) {
  return (
    <div className="flex min-h-7 items-center justify-between gap-4 text-sm">
      <dt>{children}</dt>
      <dd className="flex shrink-0 gap-1">
        {keys.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </dd>
    </div>
  );
}

/** Who speaks to the page, or hits keys by accident, can do without (WCAG 2.1.4). Kept in the browser. */
const KEPT = "underlay-single-keys";
const CHANGED = "underlay:single-keys";

function setSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, "off");
  window.dispatchEvent(new Event(CHANGED));
}

function useSingleKeys(): boolean {
  return useSyncExternalStore(
    (changed) => {
      window.addEventListener(CHANGED, changed);
      window.addEventListener("storage", changed);
      return () => {
        window.removeEventListener(CHANGED, changed);
        window.removeEventListener("storage", changed);
      };
    },
    () => localStorage.getItem(KEPT) !== "off",
    () => true,
  );
}
