/** NDJSON over HTTP: one JSON value a line, made only as fast as it is read. */
import { server } from "../server.ts";

const encoder = new TextEncoder();

/**
 * Streams what `produce` yields. Its signal aborts when the reader leaves, or when the server is asked to end; the
 * generator is then also returned, so that its `finally` runs.
 */
export function ndjson<T>(
  request: Request,
  produce: (signal: AbortSignal) => AsyncIterable<T> | Iterable<T>,
  headers: Record<string, string> = {},
): Response {
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, request.signal, server().ending.signal]);
  const values = iterate(produce(signal));
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = signal.aborted ? undefined : await values.next();
        if (next === undefined || next.done) {
          controller.close();
          await values.return(undefined);
          return;
        }
        controller.enqueue(encoder.encode(`${JSON.stringify(next.value)}\n`));
      },
      async cancel() {
        left.abort();
        await values.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      "content-type": "application/x-ndjson; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      ...headers,
    },
  });
}

async function* iterate<T>(values: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T, void> {
  yield* values;
}
