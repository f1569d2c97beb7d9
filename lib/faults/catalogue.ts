/** Every kind of fault there is. */
import { DEVICE_FAULTS } from "./devices.ts";
import { DHCP_FAULTS } from "./dhcp.ts";
import { FIREWALL_FAULTS } from "./firewall.ts";
import { FLOW_FAULTS } from "./flows.ts";
import type { FaultKind } from "./kind.ts";
import { NAT_FAULTS } from "./nat.ts";
import { ROUTER_FAULTS } from "./routers.ts";
import { TUNNEL_FAULTS } from "./tunnels.ts";

export const FAULT_KINDS: readonly FaultKind[] = [
  ...DEVICE_FAULTS,
  ...FLOW_FAULTS,
  ...TUNNEL_FAULTS,
  ...FIREWALL_FAULTS,
  ...ROUTER_FAULTS,
  ...NAT_FAULTS,
  ...DHCP_FAULTS,
];
