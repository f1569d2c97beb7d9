/** What knows one type of networks: which segments there can be, and which are free. Source: neutron_lib/plugins/ml2/api.py ML2TypeDriver. */
import type { NeutronConfig } from "../config/config.ts";

/** A segment as a client or a driver names it; null: not said, or the type has none. */
export interface SegmentSpec {
  readonly network_type: string;
  readonly physical_network: string | null;
  readonly segmentation_id: number | null;
}

/** Segments that networks hold: the store refuses that two hold one. */
export interface SegmentPool {
  isFree(segment: SegmentSpec): Promise<boolean>;
  /** Segmentation ids in use. */
  used(networkType: string, physicalNetwork: string | null): Promise<ReadonlySet<number>>;
  /** A whole number below `limit`. */
  random(limit: number): number;
}

export interface TypeDriver {
  readonly type: string;
  /** Throws InvalidInput when there can be no such segment, whoever asks. */
  validateProviderSegment(segment: SegmentSpec): void;
  /** Whether the driver is to find the rest: `segmentation_id` of a VLAN, … */
  isPartialSegment(segment: SegmentSpec): boolean;
  /** An administrator's segment; what he left open comes from the ranges. Throws …InUse, NoNetworkAvailable. */
  reserveProviderSegment(pool: SegmentPool, segment: SegmentSpec): Promise<SegmentSpec>;
  /** A segment for a project's network; undefined: none is left, or the type has none for projects. */
  allocateTenantSegment(pool: SegmentPool): Promise<SegmentSpec | undefined>;
  /** A network went that held it. The pool needs no telling; a driver that keeps books of its own does. */
  releaseSegment?(segment: SegmentSpec): void | Promise<void>;
  /** Largest packet in bytes; 0: any. */
  mtu(physicalNetwork: string | null): number;
}

export type TypeDriverFactory = (config: NeutronConfig) => TypeDriver;
