/** All requests of the server come in here: they are counted, and what is not for the web framework is answered. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { server } from "../server.ts";
import { log } from "./log.ts";
import { metricsReply } from "./metrics-door.ts";
import { forPages, respond, targetOf } from "./node-http.ts";
import { observe } from "./observe.ts";
import { openstackDoor } from "./openstack.ts";
import { sessionOf } from "./session.ts";

/** The server's process (bin/serve.mjs) stands outside of the bundle, and waits for the door here. */
const KEY = Symbol.for("underlay.openDoor");

interface FrontDoor {
  /** @returns whether the request was for us; the web framework has the others */
  enter(request: IncomingMessage, response: ServerResponse): boolean;
  /** After the last request: everything that was committed is in the store's files, and they are closed. */
  close(): Promise<void>;
}

type Holder = typeof globalThis & { [KEY]?: (door: FrontDoor) => void };

export function openFrontDoor(): void {
  const { metrics, embedded, waiters } = server();
  const report = (error: unknown) => log().error(error);
  const openstack = openstackDoor({ cloud: embedded, report });
  const options = {
    metrics,
    cloud: embedded,
    isAdmin: async (headers: Headers) => (await sessionOf(headers))?.admin ?? false,
    env: process.env,
  };
  const holder: Holder = globalThis;
  holder[KEY]?.({
    enter(request, response) {
      observe(metrics, waiters, request, response);
      if (targetOf(request).path !== "/metrics") {
        if (openstack(request, response)) return true;
        const refusal = forPages(request);
        if (refusal) respond(request, response, refusal);
        return refusal !== undefined;
      }
      metricsReply(options, request)
        .then((reply) => respond(request, response, reply))
        .catch((error: unknown) => {
          report(error);
          response.writeHead(500).end();
        });
      return true;
    },
    close: async () => (await embedded()).close(),
  });
}
