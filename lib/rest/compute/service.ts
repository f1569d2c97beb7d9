/** Nova's v2.1 API over HTTP: `/compute/v2.1/…`, microversion 2.1. */
import type { Compute } from "../../compute/compute.ts";
import type { Context } from "../../identity/context.ts";
import type { RestReply, RestRequest, RestService } from "../http.ts";
import { strangersRequest } from "../request-id.ts";
import { Router } from "../router.ts";
import { aggregateRoutes } from "./aggregates.ts";
import { computeFailure, fault } from "./errors.ts";
import { flavorRoutes } from "./flavors.ts";
import type { Handler } from "./handler.ts";
import { hostRoutes } from "./hosts.ts";
import { keypairRoutes } from "./keypairs.ts";
import { limitRoutes } from "./limits.ts";
import { serverGroupRoutes } from "./server-groups.ts";
import { serverPartRoutes } from "./server-parts.ts";
import { serverRoutes } from "./servers.ts";
import { usageRoutes } from "./usage.ts";

export interface ComputeOptions {
  authenticate(request: RestRequest): Promise<Context | undefined>;
  report(error: unknown): void;
}

export function computeService(compute: Compute, options: ComputeOptions): RestService {
  const router = new Router(
    [
      serverRoutes,
      serverPartRoutes,
      serverGroupRoutes,
      flavorRoutes,
      keypairRoutes,
      hostRoutes,
      aggregateRoutes,
      usageRoutes,
      limitRoutes,
    ].flatMap((routes) => routes(compute)),
  );
  return async (request) => {
    const [version, ...rest] = request.path.filter((segment) => segment !== "");
    if (version === undefined) return { status: 200, body: { versions: [versionOf(request.origin)] } };
    if (version !== "v2.1" && version !== "v2") return fault(404, "The resource could not be found.");
    if (rest.length === 0) return { status: 200, body: { version: versionOf(request.origin) } };
    const context = await options.authenticate(request);
    if (!context)
      return {
        status: 401,
        headers: strangersRequest(),
        body: {
          error: { code: 401, title: "Unauthorized", message: "The request you have made requires authentication." },
        },
      };
    const headers = {
      "x-openstack-request-id": context.requestId,
      // The name that novaclient shows with an error.
      "x-compute-request-id": context.requestId,
      "openstack-api-version": "compute 2.1",
      "x-openstack-nova-api-version": "2.1",
    };
    const reply = await answer(router, context, request, rest, options);
    return { ...reply, headers: { ...headers, ...reply.headers } };
  };
}

async function answer(
  router: Router<Handler>,
  context: Context,
  request: RestRequest,
  path: string[],
  options: ComputeOptions,
): Promise<RestReply> {
  // Older paths have the project in them: /v2.1/PROJECT/servers.
  const found = router.find(request.method, path[0] === context.projectId ? path.slice(1) : path);
  switch (found.kind) {
    case "none":
      // The one answer of Nova's that its routes give before any of its code: webob's own words.
      return {
        status: 404,
        body: {
          message: "The resource could not be found.<br /><br />\n\n\n",
          code: "404 Not Found",
          title: "Not Found",
        },
      };
    case "wrong-method":
      return fault(405, "The method is not allowed for this resource.");
    case "found":
      try {
        return await found.run(context, request, Object.fromEntries(found.parameters));
      } catch (error) {
        return computeFailure(error, options.report);
      }
  }
}

function versionOf(origin: string) {
  return {
    id: "v2.1",
    status: "CURRENT",
    version: "2.1",
    min_version: "2.1",
    updated: "2013-07-23T11:33:21Z",
    links: [
      { rel: "self", href: `${origin}/compute/v2.1/` },
      { rel: "describedby", type: "text/html", href: "http://docs.openstack.org/" },
    ],
    "media-types": [{ base: "application/json", type: "application/vnd.openstack.compute+json;version=2.1" }],
  };
}
