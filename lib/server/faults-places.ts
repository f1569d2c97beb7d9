/** Where faults can be put in a cloud as it is at one moment: looked for once, since it takes hundreds of traces. */
import { setImmediate } from "node:timers/promises";
import type { FaultKindText } from "../api/http.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { FAULT_FAMILIES } from "../faults/catalogue.ts";
import type { FaultKind, FaultPlace } from "../faults/kind.ts";
import { Scene } from "../faults/scene.ts";

export class FaultPlacesOf {
  private readonly scene: Scene;
  private readonly found = new Map<FaultKind, readonly FaultPlace[]>();

  constructor(cloud: CollectedCloud) {
    this.scene = new Scene(cloud);
  }

  of(kind: FaultKind): readonly FaultPlace[] {
    let places = this.found.get(kind);
    if (!places) {
      places = [...kind.places(this.scene)];
      this.found.set(kind, places);
    }
    return places;
  }

  /** As `of`, for each kind in order; other requests go on between them. */
  async all(kinds: readonly FaultKind[]): Promise<(readonly FaultPlace[])[]> {
    const all = [];
    for (const kind of kinds) {
      if (!this.found.has(kind)) await setImmediate();
      all.push(this.of(kind));
    }
    return all;
  }
}

const known = new WeakMap<CollectedCloud, FaultPlacesOf>();

export function placesIn(cloud: CollectedCloud): FaultPlacesOf {
  let places = known.get(cloud);
  if (!places) {
    places = new FaultPlacesOf(cloud);
    known.set(cloud, places);
  }
  return places;
}

/** The catalogue in words: the same for every cloud. */
export const FAULT_TEXTS: readonly FaultKindText[] = FAULT_FAMILIES.flatMap(({ title: family, kinds }) =>
  kinds.map(({ kind, title, code }) => ({ kind, title, family, code })),
);
