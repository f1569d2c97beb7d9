/** Comments of the agent's rules, word for word: they tell what a rule is for. Source: neutron/agent/linux/iptables_comments.py. */
export const COMMENT = {
  unmatchedDrop: "Default drop rule for unmatched traffic.",
  toSecurityGroups: "Direct traffic from the VM interface to the security group chain.",
  toPort: "Jump to the VM specific chain.",
  input: "Direct incoming traffic from VM to the security group chain.",
  pairAllow: "Allow traffic from defined IP/MAC pairs.",
  pairDrop: "Drop traffic without an IP/MAC allow rule.",
  dhcpClient: "Allow DHCP client traffic.",
  dhcpSpoof: "Prevent DHCP Spoofing by VM.",
  unmatched: "Send unmatched traffic to the fallback chain.",
  invalidDrop:
    "Drop packets that appear related to an existing connection (e.g. TCP ACK/FIN) but do not have an entry in conntrack.",
  established: "Direct packets associated with a known session to the RETURN chain.",
  unfiltered: "Accept all packets when port security is disabled.",
  trusted: "Accept all packets when port is trusted.",
  routerAdvertisements: "Drop IPv6 Router Advts from VM Instance.",
  icmpv6: "Allow IPv6 ICMP traffic.",
} as const;

export function comment(key: keyof typeof COMMENT): string {
  return `-m comment --comment "${COMMENT[key]}"`;
}
