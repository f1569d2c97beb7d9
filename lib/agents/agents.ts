/** All agents there are. A host's are those of its settings; lib/simulation runs them in this order. */
import type { Agent } from "./agent.ts";
import { COMPUTE } from "./compute/agent.ts";
import { DHCP } from "./dhcp/agent.ts";
import { FIREWALL } from "./firewall/firewall.ts";
import { L3_AGENT } from "./l3/agent.ts";
import { LINUXBRIDGE } from "./linuxbridge/agent.ts";
import { OPENVSWITCH, OPENVSWITCH_START } from "./openvswitch/agent.ts";
import { TRUNK } from "./trunk/agent.ts";

/** Layer 2 first, since others plug into its bridges, and last, since it wires what they plugged. */
export const AGENTS: readonly Agent[] = [
  OPENVSWITCH_START,
  COMPUTE,
  L3_AGENT,
  DHCP,
  TRUNK,
  OPENVSWITCH,
  FIREWALL,
  LINUXBRIDGE,
];
