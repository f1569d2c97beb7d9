/** Codes of a packet that reached nobody, before Neutron is asked why. */
export const UNANSWERED = new Set([
  "ARP_UNANSWERED",
  "FDB_STALE",
  "FLOW_DROP",
  "NO_CARRIER_PEER",
  "L2POP_ENTRY_MISSING",
  "NO_FLOW_MATCH",
]);
