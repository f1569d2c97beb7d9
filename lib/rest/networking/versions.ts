/** Version discovery. Source: neutron/api/versions.py, neutron/pecan_wsgi/controllers/root.py. */
import type { Resource } from "../../neutron/resource.ts";

export function versions(origin: string) {
  const links = [{ rel: "self", href: `${origin}/networking/v2.0/` }];
  return { versions: [{ id: "v2.0", status: "CURRENT", links }] };
}

export function versionDocument(resources: readonly Resource[], origin: string) {
  return {
    resources: resources
      .filter((one) => !one.path.includes(":parent"))
      .map((one) => ({
        links: [{ rel: "self", href: `${origin}/networking/v2.0/${one.path}` }],
        name: one.name,
        collection: one.plural,
      })),
  };
}
