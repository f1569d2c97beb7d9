/** QoS policies of gateways and floating IPs. Source: neutron/db/{l3_fip_qos,l3_gateway_ip_qos}.py. */
import { qosPolicyFor } from "../qos/policies.ts";
import type { Call } from "../resource.ts";
import type { GatewayInfo } from "./gateway-kind.ts";
import type { Router } from "./model.ts";

/** Throws QosPolicyNotFound for one that the caller may not use. */
export async function checkPolicy(call: Call, id: string | null): Promise<string | null> {
  return id === null ? null : (await qosPolicyFor(call, id)).id;
}

/** A gateway that is changed without a word of QoS keeps its policy. */
export async function checkGatewayPolicy(call: Call, router: Router, info: GatewayInfo): Promise<string | null> {
  return info.qos_policy_id === undefined ? router.qos_policy_id : checkPolicy(call, info.qos_policy_id);
}
