/**
 * OpenFlow as `ovs-ofctl` writes it, as data. Owned with parse.ts and print.ts; `parse(print(x))` equals `x`.
 * Values stay text here (as printed); field.ts and value.ts turn them into bits.
 */

export interface Flow {
  table: number;
  priority: number;
  /** Hex text as printed, e.g. 0xc3f2ed1cff3784f6. */
  cookie: string;
  packets: number;
  bytes: number;
  /** Seconds. */
  duration: number;
  idleTimeout: number;
  hardTimeout: number;
  importance?: number;
  /** Seconds since the last packet or change, where OpenFlow 1.0 prints them. */
  idleAge?: number;
  hardAge?: number;
  /** send_flow_rem, check_overlap, reset_counts, no_packet_counts, no_byte_counts. */
  flags: string[];
  match: Match;
  /** Empty is `drop`. Equal lists of one dump are one array: never change it in place. */
  actions: Action[];
}

export type Match = { fields: MatchField[] };

/** One matched field as printed; a protocol word such as `arp` or `tcp6` has the value "". */
export interface MatchField {
  name: string;
  value: string;
  mask?: string;
}

/** OpenFlow port: number, reserved name in capitals (IN_PORT, NORMAL, LOCAL, …), or a port's name in double quotes. */
export type Port = number | string;

/** `NXM_NX_REG0[0..15]`: the field as written, first and last bit; no bits means the whole field, `[]`. */
export interface Subfield {
  field: string;
  from?: number;
  to?: number;
}

export type Action =
  | { kind: "output"; port: Port }
  | { kind: "output_reg"; source: Subfield }
  | { kind: "output_trunc"; port: Port; maxLength: number }
  | {
      kind: "controller";
      short: boolean;
      maxLength?: number;
      reason?: string;
      id?: number;
      userdata?: string;
      pause?: boolean;
      meter?: number;
    }
  | { kind: "enqueue"; port: Port; queue: number }
  | { kind: "group"; id: number }
  | { kind: "set_vlan_vid"; vid: number; push: boolean }
  | { kind: "set_vlan_pcp"; pcp: number; push: boolean }
  | { kind: "pop_vlan"; word: "pop_vlan" | "strip_vlan" }
  | { kind: "push_vlan"; ethType: number }
  | { kind: "mod"; field: ModField; value: string }
  | { kind: "load"; value: string; target: Subfield }
  | { kind: "set_field"; value: string; mask?: string; field: string }
  | { kind: "move"; source: Subfield; target: Subfield }
  | { kind: "push"; source: Subfield }
  | { kind: "pop"; target: Subfield }
  | { kind: "dec_ttl"; controllers?: number[] }
  | { kind: "set_mpls"; what: "label" | "tc" | "ttl"; value: number }
  | { kind: "push_mpls"; ethType: number }
  | { kind: "pop_mpls"; ethType: number }
  | { kind: "word"; word: PlainWord }
  | { kind: "set_tunnel"; id: string; wide: boolean }
  | { kind: "set_queue"; queue: number }
  | { kind: "fin_timeout"; idle?: number; hard?: number }
  | { kind: "resubmit"; port?: Port; table?: number; ct: boolean }
  | { kind: "goto_table"; table: number }
  | LearnAction
  | { kind: "conjunction"; id: number; clause: number; clauses: number }
  | { kind: "note"; hex: string }
  | CtAction
  | { kind: "nat"; nat: Nat }
  | { kind: "clone"; actions: Action[] }
  | { kind: "write_actions"; actions: Action[] }
  | { kind: "write_metadata"; value: string; mask?: string }
  | { kind: "meter"; id: number }
  | { kind: "check_pkt_larger"; length: number; target: Subfield }
  | { kind: "delete_field"; field: string }
  /** Carried and printed, not understood: arguments as text. */
  | { kind: "opaque"; name: OpaqueName; arguments: string };

export const MOD_FIELDS = [
  "dl_src",
  "dl_dst",
  "nw_src",
  "nw_dst",
  "nw_tos",
  "nw_ecn",
  "nw_ttl",
  "tp_src",
  "tp_dst",
] as const;
type ModField = (typeof MOD_FIELDS)[number];

export const PLAIN_WORDS = [
  "dec_mpls_ttl",
  "dec_nsh_ttl",
  "pop_queue",
  "exit",
  "ct_clear",
  "clear_actions",
  "debug_recirc",
  "debug_slow",
] as const;
type PlainWord = (typeof PLAIN_WORDS)[number];

export const OPAQUE_NAMES = ["multipath", "bundle", "bundle_load", "sample", "encap", "decap", "unroll_xlate"] as const;
type OpaqueName = (typeof OPAQUE_NAMES)[number];

export interface CtAction {
  kind: "ct";
  commit: boolean;
  force: boolean;
  table?: number;
  zone?: number | Subfield;
  nat?: Nat;
  /** exec(…): set_field, load or move to ct_mark and ct_label. */
  exec?: Action[];
  alg?: string;
}

/** `nat`, `nat(src)`, `nat(dst=10.0.0.1-10.0.0.9:80-90,random)`. */
export interface Nat {
  kind?: "src" | "dst";
  addrMin?: string;
  addrMax?: string;
  portMin?: number;
  portMax?: number;
  flags: ("persistent" | "hash" | "random")[];
}

export interface LearnAction {
  kind: "learn";
  table: number;
  idleTimeout?: number;
  hardTimeout?: number;
  finIdleTimeout?: number;
  finHardTimeout?: number;
  /** 32768 when absent. */
  priority?: number;
  cookie?: string;
  limit?: number;
  resultTarget?: Subfield;
  flags: ("send_flow_rem" | "delete_learned")[];
  specs: LearnSpec[];
}

export type LearnSpec =
  /** `NXM_OF_VLAN_TCI[0..11]` or `NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[]` */
  | { kind: "match"; target: Subfield; source?: Subfield }
  /** `eth_type=0x800`; the target is a whole field or a subfield. */
  | { kind: "match_value"; target: Subfield; bare: boolean; value: string }
  | { kind: "load"; source: Subfield; target: Subfield }
  | { kind: "load_value"; value: string; target: Subfield }
  | { kind: "output"; source: Subfield };

export interface Group {
  id: number;
  type: "all" | "select" | "indirect" | "ff";
  /** `dp_hash`, `hash`; absent means that the switch chooses. */
  selectionMethod?: string;
  selectionParameter?: string;
  /** Fields that `hash` covers, as written between the brackets of fields(…). */
  selectionFields?: string;
  buckets: GroupBucket[];
}

export interface GroupBucket {
  id?: number;
  weight?: number;
  watchPort?: Port;
  watchGroup?: number;
  actions: Action[];
}
