/** A request of Node's HTTP server as the REST services see it, and their reply as it goes out. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { BodyTooLarge } from "../rest/body.ts";
import type { RestReply, RestRequest } from "../rest/http.ts";

/** Where a request goes, as it was sent: an absolute address names a path of ours, too (RFC 9112, 3.2.2). */
export interface Target {
  readonly path: string;
  readonly query: string;
}

export function targetOf({ url = "/" }: IncomingMessage): Target {
  const local = url.startsWith("/") ? url : url.replace(/^https?:\/\/[^/?]*\/?/i, "/");
  const at = local.indexOf("?");
  return at < 0 ? { path: local, query: "" } : { path: local.slice(0, at), query: local.slice(at + 1) };
}

/**
 * Makes a request one that the web framework can answer: to an absolute address it would redirect the client, at TRACE and at
 * what is no path it would fail.
 * @returns the answer, where there is no such request
 */
export function forPages(request: IncomingMessage): RestReply | undefined {
  const { path, query } = targetOf(request);
  if (!path.startsWith("/")) return { status: 400 };
  if (request.method === "TRACE") return { status: 405 };
  request.url = query === "" ? path : `${path}?${query}`;
  return undefined;
}

/** Node has joined what came more than once, but for cookies that only servers set. */
export function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, typeof value === "string" ? value : value.join(", "));
  return headers;
}

interface RestRequestParts {
  /** After the service's prefix. */
  readonly segments: readonly string[];
  readonly query: string;
  readonly headers: Headers;
  readonly origin: string;
  /** Bytes. Beyond them reading throws BodyTooLarge. */
  readonly limit: number;
}

export function restRequest(request: IncomingMessage, parts: RestRequestParts): RestRequest {
  const { segments, query, headers, origin, limit } = parts;
  const source = request.socket.remoteAddress;
  return {
    method: request.method ?? "GET",
    path: segments.map(decode),
    query: new URLSearchParams(query),
    headers,
    origin,
    ...(source !== undefined && { source }),
    parts: () => partsOf(request),
    async text() {
      const body = await readBytes(request, limit);
      return body && new TextDecoder().decode(body);
    },
  };
}

/** What is no UTF-8 under its percent signs names nothing that is there. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Within the limit, whatever Content-Length says. A client that leaves half-way is not waiting for an answer, so never gets one. */
function readBytes(request: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced === 0 && request.headers["transfer-encoding"] === undefined) return Promise.resolve(undefined);
  return new Promise((done, fail) => {
    if (announced > limit) return fail(new BodyTooLarge(limit));
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= limit) chunks.push(chunk);
      else {
        chunks.length = 0; // The rest is read and forgotten: a client that is still sending would not see the answer.
        fail(new BodyTooLarge(limit));
      }
    });
    request.on("end", () => done(Buffer.concat(chunks)));
    request.on("error", () => {});
  });
}

/** As `readBytes` for a client that leaves: its end never comes. */
async function* partsOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* request;
  } catch {
    await new Promise(() => {});
  }
}

/** For every answer of a service. */
const HEADERS = {
  "cache-control": "no-store",
  vary: "X-Auth-Token",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
};

export function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, headers }: RestReply,
): void {
  const own: Record<string, string | number> = { ...HEADERS, ...headers };
  if (body === undefined) {
    if (status !== 204 && status !== 304) own["content-length"] = 0;
    response.writeHead(status, own).end();
    return;
  }
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const bytes = isRaw ? body : JSON.stringify(body);
  if (!isRaw) own["content-type"] = "application/json";
  own["content-length"] = Buffer.byteLength(bytes);
  response.writeHead(status, own).end(request.method === "HEAD" ? undefined : bytes);
}
