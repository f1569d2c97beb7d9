import type { Part } from "../resource.ts";
import { agentResource } from "./agent-resource.ts";
import { dhcpHooks } from "./dhcp-reaction.ts";
import { agentsOfNetworkResource, networksOnAgentResource } from "./dhcp-resources.ts";
import { AGENT_EXTENSIONS } from "./extensions.ts";
import { serviceProviderResource } from "./service-providers.ts";
import { availabilityZoneResource } from "./zones.ts";

export const PART: Part = {
  resources: [
    agentResource,
    networksOnAgentResource,
    agentsOfNetworkResource,
    availabilityZoneResource,
    serviceProviderResource,
  ],
  extensions: AGENT_EXTENSIONS,
  hooks: dhcpHooks,
};
