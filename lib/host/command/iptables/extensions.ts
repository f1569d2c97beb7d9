/** What iptables comes with, by name (extensions/lib*.c of iptables 1.8): whatever else is named is an error. */

const names = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

export const TARGETS = names(`
  ACCEPT DROP RETURN QUEUE AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DNAT DNPT DSCP ECN HL HMARK IDLETIMER
  LED LOG MARK MASQUERADE NETMAP NFLOG NFQUEUE NOTRACK RATEEST REDIRECT REJECT SECMARK SET SNAT SNPT SYNPROXY TCPMSS
  TCPOPTSTRIP TEE TOS TPROXY TRACE TTL ULOG
`);

export const MATCHES = names(`
  addrtype ah bpf cgroup cluster comment connbytes connlabel connlimit connmark conntrack cpu dccp devgroup dscp dst ecn esp
  eui64 frag hashlimit hbh helper hl icmp icmp6 ipcomp iprange ipv6header ipvs length limit mac mark mh multiport nfacct osf
  owner physdev pkttype policy quota rateest realm recent rpfilter rt sctp set socket srh standard state statistic string tcp
  tcpmss time tos ttl u32 udp
`);
