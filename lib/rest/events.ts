/**
 * Changes as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): in the order of the commits,
 * none left out, from where a client was when it lost the connection.
 *
 * `ready`: the client's place in the log, first of all. `change`: see `Change`. `reset`: read everything anew, since the log
 * has forgotten what came after the client's place, or the client may now see more or less than before. `hosts`: a host was
 * changed by hand, or one of its agents stopped or started (told to administrators). Every event's id is the client's place after it.
 */
import { follow } from "../store/follow.ts";
import type { Store, StoreEvent } from "../store/store.ts";

/** The `data` of an event `change`. */
export interface Change {
  /** `network`, `port`, … */
  readonly resource: string;
  readonly id: string;
  /** revision_number after the change, 0 where there is none. */
  readonly revision: number;
  /** null: created. */
  readonly before: unknown;
  /** null: deleted. */
  readonly after: unknown;
  readonly project_id: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Whether a client may see an event; or what it may see of it. `sight`: with it, what else the client may see has changed. */
export type Visible = boolean | StoreEvent | "sight" | "hosts";

export interface EventStreamOptions {
  readonly visible: (event: StoreEvent) => Visible | Promise<Visible>;
  /** The number after which to begin; undefined: now. */
  readonly since?: number;
  /** Ends the stream. */
  readonly signal: AbortSignal;
}

export const EVENT_STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

const HEARTBEAT_MS = 15_000;
/** A client that has taken nothing for so many heartbeats is gone, or as good as that. */
const STALLED_BEATS = 4;
/** How soon a client that lost the connection tries again. */
const RETRY_MS = 1_000;
/** Bytes that wait for a client; beyond them the log waits. */
const BUFFER = 64 * 1024;

const encoder = new TextEncoder();

/** Where a client was: `Last-Event-ID`, which browsers send when they come back, or `?since=`. */
export function sinceOf(headers: Headers, query: URLSearchParams): number | undefined {
  const text = headers.get("last-event-id") ?? query.get("since");
  if (text === null || text === "") return undefined;
  // A place that is none of ours lies behind all of ours: the client is told to read everything anew.
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER;
}

export function eventStream(store: Store, { visible, since, signal }: EventStreamOptions): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const ending = AbortSignal.any([signal, left.signal]);
  let heartbeat: NodeJS.Timeout | undefined;
  let messages: AsyncGenerator<string, void> | undefined;
  const place = { seq: 0 };

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        messages = messagesOf(store, { visible, since, signal: ending }, place);
        let stalled = 0;
        heartbeat = setInterval(() => {
          stalled = (controller.desiredSize ?? 0) > 0 ? 0 : stalled + 1;
          // The place moves on with events that the client may not see, too: it must not fall behind the log for those.
          if (stalled === 0) controller.enqueue(encoder.encode(`: \nid: ${place.seq}\n\n`));
          if (stalled < STALLED_BEATS) return;
          left.abort();
          controller.error(new Error("the client takes nothing"));
        }, HEARTBEAT_MS);
        heartbeat.unref();
        ending.addEventListener("abort", () => clearInterval(heartbeat), { once: true });
      },
      async pull(controller) {
        const next = await messages?.next();
        if (next?.done === false) controller.enqueue(encoder.encode(next.value));
        else if (!left.signal.aborted) {
          clearInterval(heartbeat);
          controller.close();
        }
      },
      async cancel() {
        left.abort();
        await messages?.return();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: BUFFER }),
  );
}

/** @param place what the client has been told of; moves on */
async function* messagesOf(
  store: Store,
  { visible, since, signal }: EventStreamOptions,
  place: { seq: number },
): AsyncGenerator<string, void> {
  const begin = since ?? (await store.lastEvent()).newest;
  place.seq = begin === Number.MAX_SAFE_INTEGER ? 0 : begin;
  if (signal.aborted) return;
  yield `retry: ${RETRY_MS}\n${message("ready", place.seq, {})}`;
  for await (const followed of follow(store, begin, signal)) {
    if (followed.kind === "reset") {
      place.seq = followed.seq;
      yield message("reset", followed.seq, {});
      continue;
    }
    const { seq } = followed.event;
    const shown = await visible(followed.event);
    if (shown === "sight") yield message("reset", seq, {});
    else if (shown === "hosts") yield message("hosts", seq, {});
    else if (shown !== false) yield message("change", seq, changeOf(shown === true ? followed.event : shown));
    place.seq = seq;
  }
}

/** JSON has no line breaks of its own: one line of data. */
const message = (event: string, id: number, data: unknown) =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

function changeOf({ kind, id, revision, before, after, project_id, at }: StoreEvent): Change {
  return { resource: kind, id, revision, before, after, project_id, at };
}
