/** What a port is made of: the attributes of a create, as a client or another part of the service gives them. */
import type { FixedIpRequest } from "../kind/address-lists.ts";
import type { DhcpOptionRequest } from "./port-dhcp-options.ts";
import type { AddressPairRequest } from "./port-pairs.ts";

/** undefined: the service chooses. */
export interface PortValues {
  readonly project_id: string;
  readonly network_id: string;
  readonly name: string;
  readonly description: string;
  readonly admin_state_up: boolean;
  /** null: another one than now. */
  readonly mac_address: string | null | undefined;
  readonly fixed_ips: readonly FixedIpRequest[] | undefined;
  readonly device_id: string;
  readonly device_owner: string;
  readonly security_groups: readonly string[] | undefined;
  readonly port_security_enabled: boolean | undefined;
  readonly allowed_address_pairs: readonly AddressPairRequest[] | undefined;
  readonly extra_dhcp_opts: readonly DhcpOptionRequest[] | null;
  readonly qos_policy_id: string | null;
  readonly dns_name: string;
  readonly "binding:host_id": string | undefined;
  readonly "binding:profile": Readonly<Record<string, unknown>> | null | undefined;
  readonly "binding:vnic_type": string;
  readonly numa_affinity_policy: string | null;
  readonly device_profile: string | null;
  /** Not of the API: a floating IP's port is N/A. */
  readonly status?: string | undefined;
}

/** All that a port's maker does not say. */
export function portDefaults(values: Partial<PortValues> & Pick<PortValues, "project_id" | "network_id">): PortValues {
  return {
    name: "",
    description: "",
    admin_state_up: true,
    mac_address: undefined,
    fixed_ips: undefined,
    device_id: "",
    device_owner: "",
    security_groups: undefined,
    port_security_enabled: undefined,
    allowed_address_pairs: undefined,
    extra_dhcp_opts: null,
    qos_policy_id: null,
    dns_name: "",
    "binding:host_id": undefined,
    "binding:profile": undefined,
    "binding:vnic_type": "normal",
    numa_affinity_policy: null,
    device_profile: null,
    ...values,
  };
}
