/** Version discovery. Source: neutron/api/versions.py, neutron/pecan_wsgi/controllers/root.py. */

/** The resources that were there before there were extensions: no others are named. */
const CORE = ["network", "subnet", "subnetpool", "port"];

export function versions(origin: string) {
  const links = [{ rel: "self", href: `${origin}/networking/v2.0/` }];
  return { versions: [{ id: "v2.0", status: "CURRENT", links }] };
}

export function versionDocument(origin: string) {
  return {
    resources: CORE.map((name) => ({
      links: [{ rel: "self", href: `${origin}/networking/v2.0/${name}s` }],
      name,
      collection: `${name}s`,
    })),
  };
}
