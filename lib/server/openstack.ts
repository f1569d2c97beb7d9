/** From a request of the web server to one of the embedded cloud's REST services, and back. */

import { isFailure } from "../clouds/failure.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import { isBodyTooLarge, readBytes } from "../rest/body.ts";
import type { RestReply, RestRequest } from "../rest/http.ts";
import { server } from "../server.ts";
import { guardHost } from "./guard.ts";
import { log } from "./log.ts";

export type ServiceName = keyof EmbeddedCloud["services"];

export function openstackRoute(name: ServiceName): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      // A page elsewhere must not log in with the documented passwords under a name of its own that leads here.
      guardHost(request.headers.get("host"));
      const cloud = await server().embedded();
      return respond(request.method, await cloud.services[name](restRequest(request, name)));
    } catch (error) {
      if (isFailure(error))
        return respond(request.method, {
          status: 403,
          body: { error: { code: 403, title: "Forbidden", message: error.message } },
        });
      if (isBodyTooLarge(error)) return respond(request.method, tooLarge(error.message));
      log().error(error);
      return respond(request.method, {
        status: 500,
        body: {
          error: { code: 500, title: "Internal Server Error", message: "The server's log says what went wrong." },
        },
      });
    }
  };
}

function restRequest(request: Request, name: ServiceName): RestRequest {
  const url = new URL(request.url);
  const path = url.pathname.split("/").slice(2); // "", the service, then what it sees.
  const bytes = () => readBytes(request, name === "image" ? IMAGE_BODY_LIMIT : BODY_LIMIT);
  return {
    method: request.method,
    path: path.map(decode),
    query: url.searchParams,
    headers: request.headers,
    origin: origin(request, url),
    bytes,
    async text() {
      const body = await bytes();
      return body && new TextDecoder().decode(body);
    },
  };
}

/** A bulk create of some thousand ports fits. */
const BODY_LIMIT = 4 * 2 ** 20;
/** Images are accepted and not kept. */
const IMAGE_BODY_LIMIT = 64 * 2 ** 20;

/** What is no UTF-8 under its percent signs names nothing that is there. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Links name the address that the client used: it knows how to reach it. UNDERLAY_PUBLIC_URL says otherwise behind a proxy. */
function origin(request: Request, url: URL): string {
  const chosen = process.env.UNDERLAY_PUBLIC_URL;
  if (chosen) return chosen.replace(/\/+$/, "");
  const host = request.headers.get("host");
  return host && /^[\w.:[\]-]+$/.test(host) ? `http://${host}` : url.origin;
}

function respond(method: string, reply: RestReply): Response {
  const headers = new Headers({ "cache-control": "no-store", vary: "X-Auth-Token", ...reply.headers });
  if (reply.body === undefined || method === "HEAD") return new Response(null, { status: reply.status, headers });
  if (typeof reply.body === "string" || reply.body instanceof Uint8Array)
    return new Response(reply.body as BodyInit, { status: reply.status, headers }); // A string or bytes are one.
  headers.set("content-type", "application/json");
  return new Response(JSON.stringify(reply.body), { status: reply.status, headers });
}

function tooLarge(message: string): RestReply {
  return { status: 413, body: { error: { code: 413, title: "Request Entity Too Large", message } } };
}
