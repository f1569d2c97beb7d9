/**
 * `GET /metrics`. For whoever watches: programs on the same machine, those that know UNDERLAY_METRICS_TOKEN, and
 * administrators.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isFailure } from "../clouds/failure.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import { isLoopback } from "../rest/guard.ts";
import type { RestReply } from "../rest/http.ts";
import { guardHost } from "./guard.ts";
import type { Metrics } from "./metrics.ts";
import { headersOf } from "./node-http.ts";

export interface MetricsDoorOptions {
  readonly metrics: Metrics;
  cloud(): Promise<Pick<EmbeddedCloud, "store" | "simulation">>;
  isAdmin(headers: Headers): Promise<boolean>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export async function metricsReply(options: MetricsDoorOptions, request: IncomingMessage): Promise<RestReply> {
  if (request.method !== "GET" && request.method !== "HEAD")
    return text(405, "There are GET and HEAD.\n", { allow: "GET, HEAD" });
  try {
    guardHost(request.headers.host ?? null);
  } catch (error) {
    if (isFailure(error)) return text(403, `${error.message}\n`);
    throw error;
  }
  if (!(await mayRead(options, request)))
    return text(401, "Metrics are for this machine, for administrators, and for bearers of UNDERLAY_METRICS_TOKEN.\n", {
      "www-authenticate": 'Bearer realm="metrics"',
    });
  const { metrics } = options;
  return { ...text(200, await metrics.text(await options.cloud())), headers: { "content-type": metrics.contentType } };
}

async function mayRead({ env, isAdmin }: MetricsDoorOptions, request: IncomingMessage): Promise<boolean> {
  if (fromThisMachine(request, env)) return true;
  const [, bearer] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (bearer !== undefined && env.UNDERLAY_METRICS_TOKEN) return same(bearer, env.UNDERLAY_METRICS_TOKEN);
  return isAdmin(headersOf(request));
}

/** Behind a proxy on this machine everybody seems to come from it. */
function fromThisMachine(
  { socket, headers }: IncomingMessage,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (env.UNDERLAY_PUBLIC_URL || headers["x-forwarded-for"] !== undefined || headers.forwarded !== undefined)
    return false;
  return isLoopback((socket.remoteAddress ?? "").replace(/^::ffff:/, ""));
}

function same(given: string, wanted: string): boolean {
  const digest = (one: string) => createHash("sha256").update(one).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function text(status: number, body: string, headers: Record<string, string> = {}): RestReply {
  return { status, body, headers: { "content-type": "text/plain; charset=utf-8", ...headers } };
}
