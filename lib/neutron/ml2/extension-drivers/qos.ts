/** Which QoS policy holds for a network or port. Source: neutron/plugins/ml2/extensions/qos.py, neutron/core_extensions/qos.py. */
import type { Json } from "../../attribute.ts";
import { nullable, uuid } from "../../kind/kind.ts";
import { defaultQosPolicy } from "../../qos/policies.ts";
import { portQosViews } from "../../qos/port-view.ts";
import type { ExtensionDriver } from "../extension-driver.ts";

const attribute = { kind: nullable(uuid), post: true, put: true, default: null };

/** That the caller may attach a policy, and that its rules can be kept, the hooks of the QoS part check: qos/hooks.ts. */
export function qosDriver(): ExtensionDriver {
  return {
    name: "qos",
    extensions: [],
    networkAttributes: { qos_policy_id: attribute },
    portAttributes: { qos_policy_id: attribute, qos_network_policy_id: { kind: nullable(uuid) } },
    async processNetwork(change, values, network) {
      const policy = policyOf(values);
      if (network || policy.qos_policy_id) return policy;
      return { qos_policy_id: await defaultQosPolicy(change, String(values.project_id ?? "")) };
    },
    processPort: async (_change, values) => policyOf(values),
    extendNetwork: ({ qos_policy_id }) => ({ qos_policy_id }),
    async extendPorts(call) {
      const views = await portQosViews(call);
      return (port) => ({ qos_policy_id: port.qos_policy_id, ...views(port) });
    },
  };
}

function policyOf({ qos_policy_id: id }: Json): { qos_policy_id?: string | null } {
  if (id === undefined) return {};
  return { qos_policy_id: id === null ? null : String(id) };
}
