/** `/v2.0/service-providers`: what services can be had from. Source: neutron/db/servicetype_db.py, neutron_lib/api/definitions/servicetype.py. */
import { notFound } from "../errors.ts";
import { anything, bool } from "../kind/kind.ts";
import { PROVIDERS } from "../l3/providers.ts";
import { anyone } from "../policy.ts";
import type { Resource } from "../resource.ts";

export const serviceProviderResource: Resource = {
  name: "service_provider",
  plural: "service_providers",
  path: "service-providers",
  key: "name",
  attributes: {
    service_type: { kind: anything, filter: true },
    name: { kind: anything, filter: true },
    default: { kind: bool, filter: true },
  },
  policy: { get: anyone },
  list: async () => PROVIDERS.map(({ name }) => ({ service_type: "L3_ROUTER_NAT", name, default: false })),
  show: async () => undefined,
  missing: (name) => notFound("Service provider", name),
};
