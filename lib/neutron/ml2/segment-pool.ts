/**
 * Which segments are in use. Networks hold them: the store's unique field `segment` of networks is the book of allocations,
 * so that a network that goes, or is never committed, frees its segments by that alone.
 */
import { networks, segmentClaim, segmentClaims } from "../core/model.ts";
import type { Call } from "../resource.ts";
import type { SegmentPool, SegmentSpec } from "./type-driver.ts";

/** @param held segments of a network that is being created and is not in the store yet */
export function segmentPool(call: Call, held: readonly SegmentSpec[] = []): SegmentPool {
  const mine = new Set(held.map(segmentClaim));
  return {
    async isFree(segment) {
      const claim = segmentClaim(segment);
      if (claim === undefined) return true;
      return !mine.has(claim) && (await networks.holder(call.reader, "segment", claim)) === undefined;
    },
    async used(networkType, physicalNetwork) {
      const prefix = segmentClaims(networkType, physicalNetwork);
      const claims = [...(await networks.claimed(call.reader, "segment", prefix)), ...mine];
      const inUse = claims.filter((claim) => claim?.startsWith(prefix));
      return new Set(inUse.map((claim) => Number(claim?.slice(prefix.length))));
    },
    random: (limit) => call.neutron.random(limit),
  };
}
