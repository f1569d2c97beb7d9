/**
 * Kinds of faults: what an operator could do by mistake, as the lines he would type, and what a trace must say of it.
 * The lines run on simulated hosts (lib/host/command); nothing of a real cloud is touched.
 */
import type { TraceQuery } from "../api/http.ts";
import type { VerdictCode } from "../datapath/event.ts";
import type { Scene } from "./scene.ts";

export interface FaultKind {
  /** `dead-vlan` */
  readonly kind: string;
  /** One sentence: what is broken. */
  readonly title: string;
  /** What a trace through it ends with. */
  readonly code: VerdictCode;
  /** Everywhere in this cloud that it can be put. */
  places(scene: Scene): Iterable<FaultPlace>;
}

export interface FaultPlace {
  /** What it concerns, for people: `cirros-vm1`, `vxlan10 to compute2`. Unique within its kind. */
  readonly label: string;
  readonly lines: readonly { readonly host: string; readonly line: string }[];
  /** A trace that meets it. */
  readonly trace: TraceQuery;
  /** Words of the element (or its place) that the verdict must name. */
  readonly names: string;
}
