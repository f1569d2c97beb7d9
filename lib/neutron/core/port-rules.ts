/** Rules that look at a port's network. Source: neutron/conf/policies/{base,port}.py. */
import type { Json } from "../attribute.ts";
import type { Rule } from "../policy.ts";
import { isSharedWith } from "../rbac/shared.ts";
import type { Call } from "../resource.ts";
import { type Network, networks } from "./model.ts";

/** rule:context_is_advsvc. */
export const advancedService: Rule = ({ context }) => context.roles.includes("advsvc");

/** rule:network_owner. */
export const networkOwner: Rule = async (call, target) => {
  const network = await networkOfTarget(call, target);
  return network !== undefined && network.project_id === call.context.projectId;
};

/** rule:shared, of the port's network. */
export const networkShared: Rule = async (call, target) => {
  const network = await networkOfTarget(call, target);
  const { projectId } = call.context;
  return network !== undefined && projectId !== null && isSharedWith(call, "network", network.id, projectId);
};

/** not rule:network_device. */
export const notOfNetwork: Rule = (_call, target) => !String(target.device_owner ?? "").startsWith("network:");

export function oneOfRules(...rules: readonly Rule[]): Rule {
  return async (call, target) => {
    for (const rule of rules) if (await rule(call, target)) return true;
    return false;
  };
}

async function networkOfTarget(call: Call, { network_id: id }: Json): Promise<Network | undefined> {
  return typeof id === "string" ? networks.get(call.reader, id) : undefined;
}
