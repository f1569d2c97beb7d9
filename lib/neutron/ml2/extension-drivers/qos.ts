/** Which QoS policy holds for a network or port. Source: neutron/plugins/ml2/extensions/qos.py, neutron/core_extensions/qos.py. */
import type { Json } from "../../attribute.ts";
import { networks } from "../../core/model.ts";
import { nullable, uuid } from "../../kind/kind.ts";
import type { Change } from "../../resource.ts";
import type { ExtensionDriver } from "../extension-driver.ts";

const attribute = { kind: nullable(uuid), post: true, put: true, default: null };

export function qosDriver(): ExtensionDriver {
  return {
    name: "qos",
    extensions: [],
    networkAttributes: { qos_policy_id: attribute },
    portAttributes: { qos_policy_id: attribute, qos_network_policy_id: { kind: nullable(uuid) } },
    processNetwork: (change, values) => policyOf(change, values),
    processPort: (change, values) => policyOf(change, values),
    extendNetwork: ({ qos_policy_id }) => ({ qos_policy_id }),
    async extendPorts(call, ports) {
      const ids = [...new Set(ports.map((port) => port.network_id))];
      const policies = new Map<string, string | null>();
      for (const network of await networks.list(call.reader, { ids })) policies.set(network.id, network.qos_policy_id);
      return ({ network_id, qos_policy_id }) => ({
        qos_policy_id,
        qos_network_policy_id: policies.get(network_id) ?? null,
      });
    },
  };
}

async function policyOf(_change: Change, { qos_policy_id: id }: Json): Promise<{ qos_policy_id?: string | null }> {
  if (id === undefined) return {};
  return { qos_policy_id: id === null ? null : String(id) };
}
