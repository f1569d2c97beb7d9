/** Shapes of what administrators do with hosts, beside those of http.ts. */
import type { FlowTable } from "./http.ts";

/** The commands that set a host right. */
export interface Repair {
  host: string;
  /** A line (or heredoc) each; empty where nothing can be done. */
  script: string;
  /** Differences that it removes, by their ids. */
  repairs: string[];
}

export interface AgentState {
  id: string;
  type: string;
  binary: string;
  host: string;
  /** As Neutron says: heard of lately. */
  alive: boolean;
  adminUp: boolean;
  /** ISO time of the last heartbeat. */
  heartbeat?: string;
  /** Somebody stopped it; absent where that cannot be known or done. */
  stopped?: boolean;
  /** When it will count as dead, of one that was stopped and is still alive. */
  diesInMs?: number;
  /** A few words of what it reports of itself: `vxlan, gre · dvr_snat`. */
  about: string;
}

export interface HostHistory {
  /** Newest first. */
  deeds: HostDeed[];
  /** Older ones that are kept and were left out here. */
  older: number;
}
export interface HostDeed {
  /** Unique on this host while the server runs. */
  id: string;
  /** ISO time. */
  at: string;
  /** `openvswitch`, `dhcp`, … or `by hand`. */
  agent: string;
  step: string;
  causes: { what: string; object?: { kind: string; id: string } }[];
  commands: string[];
}

/** Flows of all hosts that have every word asked for. */
export interface FlowSearch {
  /** Hosts with a hit, by name. */
  hosts: {
    name: string;
    total: number;
    /** The first of them, table after table. */
    flows: { bridge: string; table: number; tableName?: string; flow: FlowTable["flows"][number] }[];
  }[];
  /** All hits, of which at most `limit` are told. */
  total: number;
  /** Flows that were looked at. */
  searched: number;
  limit: number;
}
