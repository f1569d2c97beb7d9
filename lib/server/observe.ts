/** Counts every request of the server, and tells the log of it, when its answer has ended. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { targetOf } from "./node-http.ts";
import { routeOf } from "./request-route.ts";
import type { Waiters } from "./waiters.ts";

/** Open for as long as somebody listens: that is no duration of a request. */
const STREAM = "/api/events";
/** What lets others pass, and would wait for itself. */
const PATIENT = /^\/api\/clouds\/[^/]+\/check$/;

export function observe(metrics: Metrics, waiters: Waiters, request: IncomingMessage, response: ServerResponse): void {
  const since = performance.now();
  const { method = "GET" } = request;
  const { path } = targetOf(request);
  const isStream = path === STREAM;
  const streamEnded = isStream ? metrics.streamOpened() : undefined;
  const answered = isStream || PATIENT.test(path) ? undefined : waiters.enter();
  // Read now: the web framework writes to the request.
  const peer = request.socket.remoteAddress;
  response.once("close", () => {
    streamEnded?.();
    answered?.();
    const milliseconds = performance.now() - since;
    const { statusCode: status, writableFinished: complete } = response;
    const route = routeOf(path, status);
    metrics.answered(route, method, status, isStream ? undefined : milliseconds / 1000);
    const level = status >= 500 ? "warn" : route.route === "/_next" ? "debug" : "info";
    // No query and no headers: those are where passwords, tokens and cookies would be.
    log()[level](
      { method, path, status, ms: Math.round(milliseconds * 10) / 10, peer, ...(!complete && { cut: true }) },
      "request",
    );
  });
}
