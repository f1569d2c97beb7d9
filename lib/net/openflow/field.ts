/**
 * The match fields of Open vSwitch 3.1: names, NXM and OXM names, width, how values are written, what must hold for a
 * packet to have the field. Mirrors include/openvswitch/meta-flow.h.
 */

type FieldFormat =
  | "decimal"
  | "hexadecimal"
  | "ethernet"
  | "ipv4"
  | "ipv6"
  | "port"
  | "frag"
  | "tcp-flags"
  | "ct-state"
  | "tunnel-flags"
  | "packet-type";

type Prerequisite =
  | "none"
  | "vlan"
  | "mpls"
  | "ipv4"
  | "ipv6"
  | "ip"
  | "arp"
  | "tcp"
  | "udp"
  | "sctp"
  | "icmp4"
  | "icmp6"
  | "nd"
  | "nd-solicit"
  | "nd-advert"
  | "nsh"
  | "ct";

export interface Field {
  /** As in `set_field:…->name`. */
  name: string;
  /** Other names that matches use (dl_src, nw_src, tp_src, …). */
  aliases: readonly string[];
  nxm?: string;
  oxm?: string;
  bits: number;
  maskable: boolean;
  format: FieldFormat;
  prerequisite: Prerequisite;
}

// name aliases bits m|- format prerequisite nxm oxm ("-" for none)
const TABLE = `
dp_hash - 32 m hexadecimal none NXM_NX_DP_HASH NXOXM_ET_DP_HASH
recirc_id - 32 - decimal none NXM_NX_RECIRC_ID -
packet_type - 32 - packet-type none - OXM_OF_PACKET_TYPE
conj_id - 32 - decimal none NXM_NX_CONJ_ID -
tun_id tunnel_id 64 m hexadecimal none NXM_NX_TUN_ID OXM_OF_TUNNEL_ID
tun_src - 32 m ipv4 none NXM_NX_TUN_IPV4_SRC -
tun_dst - 32 m ipv4 none NXM_NX_TUN_IPV4_DST -
tun_ipv6_src - 128 m ipv6 none NXM_NX_TUN_IPV6_SRC -
tun_ipv6_dst - 128 m ipv6 none NXM_NX_TUN_IPV6_DST -
tun_flags - 1 m tunnel-flags none NXM_NX_TUN_FLAGS -
tun_ttl - 8 - decimal none - -
tun_tos - 8 - decimal none - -
tun_gbp_id - 16 m decimal none NXM_NX_TUN_GBP_ID -
tun_gbp_flags - 8 m hexadecimal none NXM_NX_TUN_GBP_FLAGS -
tun_erspan_idx - 20 m hexadecimal none - NXOXM_ET_ERSPAN_IDX
tun_erspan_ver - 4 m decimal none - NXOXM_ET_ERSPAN_VER
tun_erspan_dir - 1 m decimal none - NXOXM_ET_ERSPAN_DIR
tun_erspan_hwid - 6 m hexadecimal none - NXOXM_ET_ERSPAN_HWID
tun_gtpu_flags - 8 m hexadecimal none - NXOXM_ET_GTPU_FLAGS
tun_gtpu_msgtype - 8 m decimal none - NXOXM_ET_GTPU_MSGTYPE
metadata - 64 m hexadecimal none - OXM_OF_METADATA
in_port - 16 - port none NXM_OF_IN_PORT -
in_port_oxm - 32 - port none - OXM_OF_IN_PORT
actset_output - 32 - port none - ONFOXM_ET_ACTSET_OUTPUT
skb_priority - 32 - hexadecimal none - -
pkt_mark - 32 m hexadecimal none NXM_NX_PKT_MARK -
ct_state - 32 m ct-state none NXM_NX_CT_STATE -
ct_zone - 16 - hexadecimal none NXM_NX_CT_ZONE -
ct_mark - 32 m hexadecimal none NXM_NX_CT_MARK -
ct_label - 128 m hexadecimal none NXM_NX_CT_LABEL -
ct_nw_proto - 8 - decimal ct NXM_NX_CT_NW_PROTO -
ct_nw_src - 32 m ipv4 ct NXM_NX_CT_NW_SRC -
ct_nw_dst - 32 m ipv4 ct NXM_NX_CT_NW_DST -
ct_ipv6_src - 128 m ipv6 ct NXM_NX_CT_IPV6_SRC -
ct_ipv6_dst - 128 m ipv6 ct NXM_NX_CT_IPV6_DST -
ct_tp_src - 16 m decimal ct NXM_NX_CT_TP_SRC -
ct_tp_dst - 16 m decimal ct NXM_NX_CT_TP_DST -
eth_src dl_src 48 m ethernet none NXM_OF_ETH_SRC OXM_OF_ETH_SRC
eth_dst dl_dst 48 m ethernet none NXM_OF_ETH_DST OXM_OF_ETH_DST
eth_type dl_type 16 - hexadecimal none NXM_OF_ETH_TYPE OXM_OF_ETH_TYPE
vlan_tci - 16 m hexadecimal none NXM_OF_VLAN_TCI -
vlan_tci1 - 16 m hexadecimal none - -
dl_vlan - 12 - decimal none - -
dl_vlan1 - 12 - decimal none - -
vlan_vid - 13 m decimal none - OXM_OF_VLAN_VID
dl_vlan_pcp - 3 - decimal none - -
dl_vlan_pcp1 - 3 - decimal none - -
vlan_pcp - 3 - decimal vlan - OXM_OF_VLAN_PCP
mpls_label - 20 - decimal mpls - OXM_OF_MPLS_LABEL
mpls_tc - 3 - decimal mpls - OXM_OF_MPLS_TC
mpls_bos - 1 - decimal mpls - OXM_OF_MPLS_BOS
mpls_ttl - 8 - decimal mpls NXM_NX_MPLS_TTL -
mpls_lse1 - 32 m hexadecimal mpls - -
mpls_lse2 - 32 m hexadecimal mpls - -
ip_src nw_src 32 m ipv4 ipv4 NXM_OF_IP_SRC OXM_OF_IPV4_SRC
ip_dst nw_dst 32 m ipv4 ipv4 NXM_OF_IP_DST OXM_OF_IPV4_DST
ipv6_src - 128 m ipv6 ipv6 NXM_NX_IPV6_SRC OXM_OF_IPV6_SRC
ipv6_dst - 128 m ipv6 ipv6 NXM_NX_IPV6_DST OXM_OF_IPV6_DST
ipv6_label - 20 m hexadecimal ipv6 NXM_NX_IPV6_LABEL OXM_OF_IPV6_FLABEL
nw_proto ip_proto 8 - decimal ip NXM_OF_IP_PROTO OXM_OF_IP_PROTO
nw_tos - 8 - decimal ip NXM_OF_IP_TOS -
ip_dscp - 6 - decimal ip - OXM_OF_IP_DSCP
nw_ecn ip_ecn 2 - decimal ip NXM_NX_IP_ECN OXM_OF_IP_ECN
nw_ttl - 8 - decimal ip NXM_NX_IP_TTL -
ip_frag nw_frag 2 m frag ip NXM_NX_IP_FRAG -
arp_op - 16 - decimal arp NXM_OF_ARP_OP OXM_OF_ARP_OP
arp_spa - 32 m ipv4 arp NXM_OF_ARP_SPA OXM_OF_ARP_SPA
arp_tpa - 32 m ipv4 arp NXM_OF_ARP_TPA OXM_OF_ARP_TPA
arp_sha - 48 m ethernet arp NXM_NX_ARP_SHA OXM_OF_ARP_SHA
arp_tha - 48 m ethernet arp NXM_NX_ARP_THA OXM_OF_ARP_THA
tcp_src tp_src 16 m decimal tcp NXM_OF_TCP_SRC OXM_OF_TCP_SRC
tcp_dst tp_dst 16 m decimal tcp NXM_OF_TCP_DST OXM_OF_TCP_DST
tcp_flags - 12 m tcp-flags tcp NXM_NX_TCP_FLAGS ONFOXM_ET_TCP_FLAGS
udp_src - 16 m decimal udp NXM_OF_UDP_SRC OXM_OF_UDP_SRC
udp_dst - 16 m decimal udp NXM_OF_UDP_DST OXM_OF_UDP_DST
sctp_src - 16 m decimal sctp - OXM_OF_SCTP_SRC
sctp_dst - 16 m decimal sctp - OXM_OF_SCTP_DST
icmp_type - 8 - decimal icmp4 NXM_OF_ICMP_TYPE OXM_OF_ICMPV4_TYPE
icmp_code - 8 - decimal icmp4 NXM_OF_ICMP_CODE OXM_OF_ICMPV4_CODE
icmpv6_type - 8 - decimal icmp6 NXM_NX_ICMPV6_TYPE OXM_OF_ICMPV6_TYPE
icmpv6_code - 8 - decimal icmp6 NXM_NX_ICMPV6_CODE OXM_OF_ICMPV6_CODE
nd_target - 128 m ipv6 nd NXM_NX_ND_TARGET OXM_OF_IPV6_ND_TARGET
nd_sll - 48 m ethernet nd-solicit NXM_NX_ND_SLL OXM_OF_IPV6_ND_SLL
nd_tll - 48 m ethernet nd-advert NXM_NX_ND_TLL OXM_OF_IPV6_ND_TLL
nd_reserved - 32 - decimal nd - ERICOXM_OF_ICMPV6_ND_RESERVED
nd_options_type - 8 - decimal nd - ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE
nsh_flags - 8 m decimal nsh - NXOXM_NSH_FLAGS
nsh_mdtype - 8 - decimal nsh - NXOXM_NSH_MDTYPE
nsh_np - 8 - decimal nsh - NXOXM_NSH_NP
nsh_spi nsp 24 - hexadecimal nsh - NXOXM_NSH_SPI
nsh_si nsi 8 - decimal nsh - NXOXM_NSH_SI
nsh_ttl - 8 - decimal nsh - NXOXM_NSH_TTL
`;

function* rows(): Generator<Field> {
  for (const line of TABLE.trim().split("\n")) {
    const [name, alias, bits, maskable, format, prerequisite, nxm, oxm] = line.split(" ") as [string, ...string[]];
    yield {
      name,
      aliases: alias === "-" ? [] : [alias as string],
      bits: Number(bits),
      maskable: maskable === "m",
      // The table above is the only source of these words.
      format: format as FieldFormat,
      prerequisite: prerequisite as Prerequisite,
      nxm: nxm === "-" ? undefined : nxm,
      oxm: oxm === "-" ? undefined : oxm,
    };
  }
  const plain = { aliases: [], maskable: true, format: "hexadecimal", prerequisite: "none" } as const;
  for (let i = 0; i < 16; i++) yield { name: `reg${i}`, bits: 32, nxm: `NXM_NX_REG${i}`, ...plain };
  for (let i = 0; i < 8; i++) yield { name: `xreg${i}`, bits: 64, oxm: `OXM_OF_PKT_REG${i}`, ...plain };
  for (let i = 0; i < 4; i++) yield { name: `xxreg${i}`, bits: 128, nxm: `NXM_NX_XXREG${i}`, ...plain };
  for (let i = 0; i < 64; i++) yield { name: `tun_metadata${i}`, bits: 992, nxm: `NXM_NX_TUN_METADATA${i}`, ...plain };
  for (let i = 1; i < 5; i++)
    yield { name: `nsh_c${i}`, bits: 32, oxm: `NXOXM_NSH_C${i}`, ...plain, aliases: [`nshc${i}`], prerequisite: "nsh" };
}

/** All fields in registry order. */
export const FIELDS: readonly Field[] = [...rows()];

const byName = new Map<string, Field>();
for (const field of FIELDS) {
  for (const name of [field.name, ...field.aliases, field.nxm, field.oxm]) if (name) byName.set(name, field);
}

/** A field by any of its names: `nw_src`, `ip_src`, `NXM_OF_IP_SRC`, `OXM_OF_IPV4_SRC`. */
export function findField(name: string): Field | undefined {
  return byName.get(name);
}

/** Words that stand for an Ethertype and protocol in a match; lib/ofp-protocol.c. */
export const PROTOCOL_WORDS: Readonly<Record<string, { ethType: number; proto?: number }>> = {
  eth: { ethType: -1 },
  ip: { ethType: 0x0800 },
  ipv4: { ethType: 0x0800 },
  icmp: { ethType: 0x0800, proto: 1 },
  tcp: { ethType: 0x0800, proto: 6 },
  udp: { ethType: 0x0800, proto: 17 },
  sctp: { ethType: 0x0800, proto: 132 },
  ipv6: { ethType: 0x86dd },
  ip6: { ethType: 0x86dd },
  icmp6: { ethType: 0x86dd, proto: 58 },
  tcp6: { ethType: 0x86dd, proto: 6 },
  udp6: { ethType: 0x86dd, proto: 17 },
  sctp6: { ethType: 0x86dd, proto: 132 },
  arp: { ethType: 0x0806 },
  rarp: { ethType: 0x8035 },
  mpls: { ethType: 0x8847 },
  mplsm: { ethType: 0x8848 },
};
