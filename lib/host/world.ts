/** The world a packet walks: hosts, the guests on them, and what joins hosts to each other. */
import type { Gap, HostState } from "./state.ts";

interface FixedIp {
  address: string;
  prefix: number;
  gateway?: string;
  /** What a router advertises itself as, where it has the gateway's address: its link-local one (RFC 4861). */
  router?: string;
}

/** A guest as its Neutron port describes it (never from inside the guest). */
export interface Guest {
  /** Server name, else port name, else port id. */
  name: string;
  host: string;
  portId: string;
  serverId?: string;
  networkId: string;
  projectId: string;
  /** tap + first 11 characters of the port id, unless the host shows otherwise. */
  tap: string;
  mac: string;
  fixedIps: FixedIp[];
  mtu: number;
  /** Subnet host routes, and those that DHCP hands out. */
  hostRoutes: { dst: string; via: string }[];
  adminUp: boolean;
  /** A subport of this guest's trunk: its frames have this tag on the tap. */
  vlan?: number;
}

export interface SegmentAttachment {
  host: string;
  netns: string;
  dev: string;
  /**
   * Present when the device is taken to sit on an access port of that VLAN: its frames are untagged on the device, and
   * carry this tag on the segment.
   */
  accessVlan?: number;
}

/** One VLAN-aware Ethernet segment that several hosts' NICs share. */
export interface Segment {
  /** Physical network name, or a name for the underlay / any other shared wire. */
  name: string;
  attachments: SegmentAttachment[];
  /** True when inferred (same IP subnet, bridge mappings, shared neighbours), so that a trace over it says `assume`. */
  assumed: boolean;
  /** Why it was inferred. */
  reason: string;
}

export interface World {
  hosts: HostState[];
  guests: Guest[];
  /** VLAN devices of guests on trunks, each as its subport describes it. */
  subports?: Guest[];
  segments: Segment[];
  /** Gaps that concern the cloud as a whole (API answers). */
  gaps: Gap[];
}
