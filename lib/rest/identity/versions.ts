/** Version discovery (`keystone/api/discovery.py`). */
import type { Routes } from "../router.ts";
import type { Handler } from "./caller.ts";

const version = (base: string) => ({
  id: "v3.14",
  status: "stable",
  updated: "2020-04-07T00:00:00Z",
  links: [{ rel: "self", href: `${base}/v3/` }],
  "media-types": [{ base: "application/json", type: "application/vnd.openstack.identity-v3+json" }],
});

export const versionRoutes: Routes<Handler> = {
  "GET ": async ({ base }) => ({
    status: 300,
    body: { versions: { values: [version(base)] } },
    headers: { location: `${base}/v3/` },
  }),
  "GET v3": async ({ base }) => ({ status: 200, body: { version: version(base) } }),
};
