import { server } from "../server.ts";

export function start(): void {
  // `next start` waits for open streams when it is asked to end; ending them makes that a second instead of ten.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => server().ending.abort());
  // The first page then finds the demo clouds read. Failures show there, not here.
  setImmediate(() =>
    server()
      .clouds.list()
      .catch(() => {}),
  );
}
