/** What Neutron meant, held against how a walk ended: a raw code becomes the one that names the cause. */
import type { CollectedCloud } from "../collect/cloud.ts";
import type { TraceEvent, VerdictEvent } from "../datapath/event.ts";
import type { Probe } from "../datapath/walk/probe.ts";
import type { Catalog } from "./catalog.ts";
import type { End } from "./end.ts";

export class Intent {
  readonly cloud: CollectedCloud;
  readonly catalog: Catalog;
  constructor(cloud: CollectedCloud, catalog: Catalog, _probe: Probe, _from: End, _to: End | undefined) {
    this.cloud = cloud;
    this.catalog = catalog;
  }
  see(_event: TraceEvent): void {}
  refine(verdict: VerdictEvent): VerdictEvent {
    return verdict;
  }
}
