/**
 * The embedded cloud's changes, as `/api/events` tells them. A browser opens few connections to one server (six with HTTP/1.1),
 * over all its tabs: tabs that nobody looks at have none, and hear what they missed when somebody does.
 */
import type { Query, QueryClient } from "@tanstack/react-query";
import { fetchJson } from "./fetch.ts";

/** The one that changes. */
export const EMBEDDED_CLOUD = "embedded";

interface Listener {
  onChange(): void;
  onState(connected: boolean): void;
}

const EVENTS = "/api/events";
/** A browser gives up when it was answered, but not with events: a proxy whose server is away, a session that is over. */
const AGAIN_MS = 1500;

/**
 * @param since the place in the log that the page was made at
 * @returns how to stop
 */
export function followEvents(since: number, { onChange, onState }: Listener): () => void {
  let place = String(since);
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const heard = (event: MessageEvent) => {
    if (event.lastEventId !== "") place = event.lastEventId;
  };
  const changed = (event: MessageEvent) => {
    heard(event);
    onChange();
  };
  const open = () => {
    clearTimeout(timer);
    if (source || document.hidden) return;
    const made = new EventSource(`${EVENTS}?since=${place}`);
    source = made;
    made.addEventListener("ready", (event) => {
      heard(event);
      onState(true);
    });
    for (const event of ["change", "hosts", "reset"]) made.addEventListener(event, changed);
    made.onerror = () => {
      onState(false);
      if (made.readyState !== EventSource.CLOSED) return; // It tries again by itself, and says where it was.
      close();
      timer = setTimeout(() => void again(), AGAIN_MS);
    };
  };
  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  /** Leads to the log-in if that is what is missing. */
  const again = () => fetchJson("/api/session").then(open, open);
  const look = () => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", look);
  open();
  return () => {
    document.removeEventListener("visibilitychange", look);
    close();
  };
}

const GATHER_MS = 150;
/** Between two readings, as a multiple of what the last one took: all hosts of a large cloud are much to compare. */
const PAUSE_FACTOR = 2;

/** What no event tells, on pages that show hosts: leases, and when agents were heard of. */
const UNTOLD_MS = 15_000;

/** An interval for queries of what no event tells. */
export function untold(cloud: string): number | false {
  return cloud === EMBEDDED_CLOUD && UNTOLD_MS;
}

/** What events make old: read anew soon, many changes at once, and never while the last reading is still under way. */
export function refresher(client: QueryClient, cloud: string): { soon(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let reading = false;
  let more = false;
  let took = 0;
  const read = async () => {
    timer = undefined;
    reading = true;
    more = false;
    const since = performance.now();
    await client.invalidateQueries({ predicate: (query) => changes(query, cloud) }).catch(() => {});
    took = performance.now() - since;
    reading = false;
    if (more) soon();
  };
  const soon = () => {
    if (reading) more = true;
    else timer ??= setTimeout(() => void read(), Math.max(GATHER_MS, took * PAUSE_FACTOR));
  };
  return { soon, stop: () => clearTimeout(timer) };
}

/** What is being searched for is asked again with the next letter; a repair is what it was when it was asked for. */
function changes({ queryKey: [all, cloud, what, part] }: Query, changed: string): boolean {
  return all === "clouds" && cloud === changed && what !== "search" && part !== "repair";
}
