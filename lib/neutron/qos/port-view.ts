/** What QoS adds to the view of a port. Source: neutron/services/qos/qos_plugin.py _extend_port_resource_request. */
import { uuid5 } from "../agent/uuid5.ts";
import { type Network, networks, type Port } from "../core/model.ts";
import type { Call } from "../resource.ts";
import { type QosPolicy, type QosRule, qosPolicies } from "./model.ts";

export interface PortQosView {
  readonly qos_network_policy_id: string | null;
  readonly resource_request: ResourceRequest | null;
}

interface ResourceRequest {
  readonly request_groups: readonly RequestGroup[];
  readonly same_subtree: readonly string[];
}

interface RequestGroup {
  readonly id: string;
  /** Traits of Placement. */
  readonly required: readonly string[];
  readonly resources: Readonly<Record<string, number>>;
}

const NOTHING: PortQosView = { qos_network_policy_id: null, resource_request: null };

/** Asked once for a list of ports, whatever its length. */
export async function portQosViews(call: Call): Promise<(port: Port) => PortQosView> {
  const policies = new Map((await qosPolicies.list(call.reader)).map((policy) => [policy.id, policy]));
  if (policies.size === 0) return () => NOTHING;
  const promising = [...policies.values()].some((policy) => policy.rules.some(isPromise));
  // Networks without a policy matter only where a port's own policy may ask for their physical network.
  const where = promising ? {} : { keys: { qos_policy_id: [...policies.keys()] } };
  const known = new Map((await networks.list(call.reader, where)).map((network) => [network.id, network]));
  return (port) => {
    const network = known.get(port.network_id);
    const inherited = network?.qos_policy_id ?? null;
    const policy = policies.get(port.qos_policy_id ?? inherited ?? "");
    return { qos_network_policy_id: inherited, resource_request: policy ? requestOf(policy, port, network) : null };
  };
}

const isPromise = (rule: QosRule) => rule.type === "minimum_bandwidth" || rule.type === "minimum_packet_rate";

const BANDWIDTH = { ingress: "NET_BW_IGR_KILOBIT_PER_SEC", egress: "NET_BW_EGR_KILOBIT_PER_SEC" };
const PACKETS = {
  ingress: "NET_PACKET_RATE_IGR_KILOPACKET_PER_SEC",
  egress: "NET_PACKET_RATE_EGR_KILOPACKET_PER_SEC",
  any: "NET_PACKET_RATE_KILOPACKET_PER_SEC",
};

function requestOf(policy: QosPolicy, port: Port, network: Network | undefined): ResourceRequest | null {
  const groups: RequestGroup[] = [];
  const physnet = network?.segments[0]?.physical_network;
  const vnic = trait(`CUSTOM_VNIC_TYPE_${port.binding.vnic_type}`);
  const bandwidth = policy.rules.filter((rule) => rule.type === "minimum_bandwidth");
  if (bandwidth.length > 0 && physnet)
    groups.push({
      id: groupId(port, bandwidth),
      required: [trait(`CUSTOM_PHYSNET_${physnet}`), vnic],
      resources: Object.fromEntries(bandwidth.map((rule) => [BANDWIDTH[rule.direction], rule.min_kbps])),
    });
  const packets = policy.rules.filter((rule) => rule.type === "minimum_packet_rate");
  if (packets.length > 0)
    groups.push({
      id: groupId(port, packets),
      required: [vnic],
      resources: Object.fromEntries(packets.map((rule) => [PACKETS[rule.direction], rule.min_kpps])),
    });
  return groups.length === 0 ? null : { request_groups: groups, same_subtree: groups.map((group) => group.id) };
}

/** neutron_lib/placement/utils.py resource_request_group_uuid. */
function groupId(port: Port, rules: readonly QosRule[]): string {
  return uuid5(port.id, rules.map((rule) => rule.id).join(":"));
}

/** os_traits.normalize_name. */
function trait(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}
