/** `/v3/regions`, `/v3/services`, `/v3/endpoints`: to be read; the catalogue is built in. */
import { endpoints, find, regions, services } from "../../identity/catalog.ts";
import { refused } from "../../identity/error.ts";
import type { Routes } from "../router.ts";
import { collection, member } from "./answer.ts";
import type { Call, Handler } from "./caller.ts";

const KINDS = ["region", "service", "endpoint"] as const;
type Kind = (typeof KINDS)[number];

const FILTERS: Readonly<Record<Kind, readonly string[]>> = {
  region: ["parent_region_id"],
  service: ["type", "name"],
  endpoint: ["interface", "service_id", "region_id"],
};

export const catalogRoutes: Routes<Handler> = Object.assign({}, ...KINDS.map(routes));

function routes(kind: Kind): Routes<Handler> {
  const list = `v3/${kind}s`;
  const one = `${list}/:id`;
  return {
    [`GET ${list}`]: async (call) => {
      // Regions are everybody's to see, as in Keystone.
      (await call.caller()).reads(`list_${kind}s`, kind === "region");
      return collection(call, `${kind}s`, all(kind, call), FILTERS[kind], ({ id }) => `${kind}s/${id}`);
    },
    [`GET ${one}`]: async (call) => {
      (await call.caller()).reads(`get_${kind}`, kind === "region");
      const found = find(kind, all(kind, call), call.parameter("id"));
      return member(call, kind, `${kind}s/${found.id}`, found);
    },
    [`POST ${list}`]: refuse(`create_${kind}`),
    [`PUT ${one}`]: refuse(`create_${kind}`),
    [`PATCH ${one}`]: refuse(`update_${kind}`),
    [`DELETE ${one}`]: refuse(`delete_${kind}`),
  };
}

type Item = Readonly<Record<string, unknown>> & { readonly id: string };

function all(kind: Kind, call: Call): Item[] {
  switch (kind) {
    case "region":
      return regions().map((one) => ({ ...one }));
    case "service":
      return services().map((one) => ({ ...one }));
    case "endpoint":
      return endpoints(call.request.origin).map((one) => ({ ...one }));
  }
}

function refuse(action: string): Handler {
  return async (call) => {
    (await call.caller()).manages(action);
    throw refused("The catalogue is built in: it lists what this server serves, and cannot be changed.");
  };
}
