import type { Part } from "../resource.ts";
import { L3_EXTENSIONS } from "./extensions.ts";
import { flavorProfileResource, flavorResource, serviceProfileResource } from "./flavors.ts";
import { floatingIpResource } from "./floating-ips.ts";
import { l3Hooks } from "./hooks.ts";
import { poolResource } from "./pools.ts";
import { portForwardingResource } from "./port-forwardings.ts";
import { routerResource } from "./routers.ts";
import { agentsOfRouterResource, routersOnAgentResource } from "./scheduler-resources.ts";

export const PART: Part = {
  resources: [
    routerResource,
    floatingIpResource,
    portForwardingResource,
    poolResource,
    routersOnAgentResource,
    agentsOfRouterResource,
    flavorResource,
    flavorProfileResource,
    serviceProfileResource,
  ],
  extensions: L3_EXTENSIONS,
  hooks: l3Hooks,
};
