/**
 * The door to the embedded cloud's REST services. It stands before the web framework, which takes several times as long for a
 * request as they do, and which answers for itself to addresses and methods that it does not like.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { isFailure } from "../clouds/failure.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import { isBodyTooLarge } from "../rest/body.ts";
import type { RestReply } from "../rest/http.ts";
import { guardHost } from "./guard.ts";
import { headersOf, respond, restRequest, type Target, targetOf } from "./node-http.ts";
import { pageToken } from "./session-cookie.ts";

/** Takes a request that is for one of the services. @returns whether it is */
type Door = (request: IncomingMessage, response: ServerResponse) => boolean;

interface DoorOptions {
  cloud(): Promise<EmbeddedCloud>;
  /** What nobody foresaw; the client is told nothing of it. */
  report(error: unknown): void;
}

type ServiceName = keyof EmbeddedCloud["services"];

export function openstackDoor(options: DoorOptions): Door {
  return (request, response) => {
    const target = targetOf(request);
    const [, name = "", ...segments] = target.path.split("/");
    if (!isService(name)) return false;
    void answer(options, name, segments, target, request)
      .then((reply) => respond(request, response, reply))
      .catch((error: unknown) => {
        options.report(error);
        response.destroy();
      });
    return true;
  };
}

const LIMITS: Readonly<Record<ServiceName, number>> = {
  identity: 4 * 2 ** 20,
  /** A bulk create of some thousand ports fits. */
  networking: 4 * 2 ** 20,
  compute: 4 * 2 ** 20,
  /** But for the data of images, which is not kept. */
  image: 4 * 2 ** 20,
};

function isService(name: string): name is ServiceName {
  return Object.hasOwn(LIMITS, name);
}

async function answer(
  { cloud, report }: DoorOptions,
  name: ServiceName,
  segments: readonly string[],
  { query }: Target,
  request: IncomingMessage,
): Promise<RestReply> {
  try {
    // A page elsewhere must not log in with the documented passwords under a name of its own that leads here.
    guardHost(request.headers.host ?? null);
    const headers = headersOf(request);
    const token = headers.has("x-auth-token") ? undefined : pageToken(headers);
    if (token !== undefined) headers.set("x-auth-token", token);
    const { services } = await cloud();
    const parts = { segments, query, headers, origin: origin(request), limit: LIMITS[name] };
    return await services[name](restRequest(request, parts));
  } catch (error) {
    if (isFailure(error)) return problem(403, "Forbidden", error.message);
    if (isBodyTooLarge(error)) return problem(413, "Request Entity Too Large", error.message);
    report(error);
    return problem(500, "Internal Server Error", "The server's log says what went wrong.");
  }
}

/** Links name the address that the client used: it knows how to reach it. UNDERLAY_PUBLIC_URL says otherwise behind a proxy. */
function origin({ headers, socket }: IncomingMessage): string {
  const chosen = process.env.UNDERLAY_PUBLIC_URL;
  if (chosen) return chosen.replace(/\/+$/, "");
  const { host } = headers;
  return `http://${host && /^[\w.:[\]-]+$/.test(host) ? host : `127.0.0.1:${socket.localPort}`}`;
}

function problem(code: number, title: string, message: string): RestReply {
  return { status: code, body: { error: { code, title, message } } };
}
