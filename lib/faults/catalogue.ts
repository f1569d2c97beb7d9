/** Every kind of fault there is. */
import { ADDRESS_FAULTS } from "./addresses.ts";
import { DEVICE_FAULTS } from "./devices.ts";
import { DHCP_FAULTS } from "./dhcp.ts";
import { FIREWALL_FAULTS } from "./firewall.ts";
import { FLOW_FAULTS } from "./flows.ts";
import type { FaultKind } from "./kind.ts";
import { NAT_FAULTS } from "./nat.ts";
import { ROUTER_FAULTS } from "./routers.ts";
import { TUNNEL_FAULTS } from "./tunnels.ts";

/** By what they break, from a guest outwards. */
export const FAULT_FAMILIES: readonly { readonly title: string; readonly kinds: readonly FaultKind[] }[] = [
  { title: "A guest's devices", kinds: DEVICE_FAULTS },
  { title: "Flows", kinds: FLOW_FAULTS },
  { title: "Addresses", kinds: ADDRESS_FAULTS },
  { title: "Tunnels and physical networks", kinds: TUNNEL_FAULTS },
  { title: "Firewall", kinds: FIREWALL_FAULTS },
  { title: "Routers", kinds: ROUTER_FAULTS },
  { title: "NAT and floating IPs", kinds: NAT_FAULTS },
  { title: "DHCP", kinds: DHCP_FAULTS },
];

export const FAULT_KINDS: readonly FaultKind[] = FAULT_FAMILIES.flatMap((one) => one.kinds);
