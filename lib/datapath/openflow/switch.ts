/**
 * What a host's Open vSwitch is to the rest of the engine: put a frame into a port, get the frames that leave it.
 * The implementation is `compileOvs(ovs)` in ./compile.ts; it mirrors ofproto/ofproto-dpif-xlate.c of Open vSwitch 3.1.
 */
import type { OvsState } from "../../host/state.ts";
import type { Flow } from "../../net/openflow/ast.ts";
import type { Packet } from "../../net/packet.ts";
import type { Element, Step, VerdictCode } from "../event.ts";
import type { SwitchOverlay } from "./overlay.ts";

/**
 * `compileOvs(ovs: OvsState): OvsDatapath` — all bridges of one host. Compiling indexes every flow, so keep the result
 * as long as the HostState. It holds no trace state: everything that a packet changes goes into the overlay.
 */
export interface OvsDatapath {
  readonly ovs: OvsState;
  /**
   * Runs one frame through the switch, over patch ports, until it leaves by real ports. Never throws on recorded
   * state: what cannot be judged is in `unknowns`.
   */
  receive(at: Ingress, packet: Packet, context?: SwitchContext): SwitchResult;
  /** Where a device of the host (an interface name: `qvo…`, `eth1`, an internal port) is plugged in; undefined when nowhere. */
  portOf(device: string): PortRef | undefined;
  /** The port behind a number; undefined when there is none. */
  portAt(bridge: string, ofport: number): PortRef | undefined;
  /**
   * The tunnel port that takes an encapsulated frame (ofproto/tunnel.c tnl_find: key, local and remote address by
   * decreasing precision), and the metadata to hand to `receive`; undefined: no port, Open vSwitch drops it.
   */
  tunnelIngress(encap: { kind: TunnelKind; key: number; src: string; dst: string }): Ingress | undefined;
}

export type TunnelKind = "vxlan" | "gre" | "geneve";

export interface PortRef {
  bridge: string;
  /** OpenFlow number; 65534 is the bridge's own (local) port. */
  ofport: number;
  /** Interface name; the local port has the bridge's name. */
  name: string;
  /** Type of the interface: "" or "system", internal, patch, vxlan, … */
  type: string;
}

export interface Ingress {
  bridge: string;
  ofport: number;
  /** Set for a frame that came out of a tunnel: what flows match as tun_id, tun_src, tun_dst. */
  tun?: { key: number; src: string; dst: string };
}

/** What surrounds one frame. All parts may be absent: a bare call is `ofproto/trace` on the recorded state. */
export interface SwitchContext {
  /** What this walk has taught the switch so far: FDB entries and learned flows. Mutated. Without it nothing is kept. */
  overlay?: SwitchOverlay;
  /** Without it, `ct()` continues as `ofproto/trace` does: state trk|new, no translation. */
  conntrack?: SwitchConntrack;
  /**
   * Told of every step in order (flow, action, fdb, flood, learn, conntrack, nat, rewrite, drop). Costs nothing when absent.
   * A `drop` step is given for each branch that dies, with the code as far as the switch alone can know.
   */
  note?(step: Step): void;
}

export interface SwitchResult {
  /** In the order in which Open vSwitch sends them. Empty means that the frame died: then `drops` or `unknowns` says where. */
  outputs: SwitchOutput[];
  /** Every branch that died inside the switch, in order. May be non-empty beside outputs. */
  drops: SwitchDrop[];
  /** What the engine could not judge: an action or a field that it does not execute, flows that could not be read, … */
  unknowns: SwitchUnknown[];
}

export type SwitchOutput =
  | {
      kind: "port";
      bridge: string;
      ofport: number;
      /** Interface name, as in `PortRef.name`. */
      port: string;
      packet: Packet;
      /** Only for tunnel ports. `src` is absent when the route decides it. `key` is 0 without a key. */
      tun?: { kind: TunnelKind; key: number; src?: string; dst: string; dstPort: number };
    }
  | { kind: "controller"; bridge: string; reason: "action" | "no_match" | "invalid_ttl"; packet: Packet };

export type DropReason =
  /** No flow in that table (and the bridge is secure, or it is OpenFlow 1.3 without a miss flow). */
  | "no-match"
  /** A flow whose actions are `drop`, or which sends nowhere. */
  | "flow"
  /** The port's tag, or the frame's, is 4095: nothing in or out. */
  | "dead-vlan"
  /** NORMAL: the input port does not carry the frame's VLAN. */
  | "vlan-mismatch"
  /** NORMAL knows the destination behind the input port itself, or there is no other port in the VLAN. */
  | "no-other-port"
  /** NORMAL: reserved multicast (01:80:c2:00:00:0x) without other_config:forward-bpdu. */
  | "reserved-multicast"
  /** OpenFlow port config (PORT_DOWN, NO_RECV, NO_FWD), LINK_DOWN. */
  | "port-down"
  /** The flow names a port, a patch peer or a group that is not there. */
  | "no-such-port"
  /** Output to the input port without IN_PORT. */
  | "in-port"
  /** dec_ttl found 1 or less. */
  | "ttl"
  /** More than 64 levels of resubmit or patch ports, or more than 4096 resubmits. */
  | "loop"
  /** A tunnel port without an address to send to. */
  | "no-tunnel-remote"
  /** No bucket of a fast failover group is alive. */
  | "no-live-bucket";

export interface SwitchDrop {
  reason: DropReason;
  /** Same as in the `drop` step. */
  code: VerdictCode;
  element: Element;
  bridge: string;
  /** Table and flow that decided: the last flow that the packet matched; for `no-match` only the table. */
  table?: number;
  flow?: Flow;
  /** The flow that led into a table without a match, when there is one. */
  from?: Flow;
  /** The port concerned, by name. */
  port?: string;
  /** As the frame was when it died. */
  packet: Packet;
}

export interface SwitchUnknown {
  bridge: string;
  /** E.g. "action multipath", "flows of br-int could not be read". */
  what: string;
  element: Element;
}

/** Bits of ct_state, as in lib/packets.h. */
export const CT = { new: 1, est: 2, rel: 4, rpl: 8, inv: 16, trk: 32, snat: 64, dnat: 128 } as const;

/** What the switch needs of connection tracking; lib/datapath/kernel/conntrack.ts is the real one. */
export interface SwitchConntrack {
  /** One `ct()` action. Returns the packet after NAT and what the following `ct_state`, `ct_mark`, … matches see. */
  track(request: CtRequest): CtAnswer;
}

export interface CtRequest {
  zone: number;
  packet: Packet;
  /** Create the connection when it is new. */
  commit: boolean;
  /** Throw an existing connection of the other direction away first. */
  force: boolean;
  /** Absent: no nat(). Without `src`/`dst`: translate as the connection already is. */
  nat?: { kind?: "src" | "dst"; addrMin?: string; addrMax?: string; portMin?: number; portMax?: number };
  /** exec(set_field:…->ct_mark) with commit. */
  mark?: { value: number; mask: number };
  /** 128 bits as 32 hex digits each. */
  label?: { value: string; mask: string };
  /** Application helper: ftp, tftp. */
  helper?: string;
}

export interface CtAnswer {
  /** Bits of `CT`; trk is always set. */
  state: number;
  mark: number;
  /** 32 hex digits. */
  label: string;
  packet: Packet;
  /** Original direction tuple, for ct_nw_src and its kin. */
  original?: { src: string; dst: string; proto: number; sport: number; dport: number };
}
