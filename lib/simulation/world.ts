/** The embedded cloud as a collected one: what the dashboard draws and a packet walks. */
import { EMBEDDED } from "../clouds/embedded.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { deriveGuests } from "../collect/guests.ts";
import { inferSegments } from "../collect/segments.ts";
import type { Moment } from "./simulation.ts";

const made = new WeakMap<Moment, CollectedCloud>();

/** The same object for the same moment. */
export function cloudOf(moment: Moment): CollectedCloud {
  const known = made.get(moment);
  if (known) return known;
  const cloud = make(moment);
  made.set(moment, cloud);
  return cloud;
}

function make({ api, hosts, gaps }: Moment): CollectedCloud {
  const all = [...hosts];
  const names = new Set(all.map((host) => host.name));
  const { guests, subports } = deriveGuests(api, all, (name) => (names.has(name) ? name : undefined));
  const { segments } = inferSegments(all, api);
  return {
    name: EMBEDDED.name,
    world: { hosts: all, guests, subports, segments, gaps: [] },
    api,
    gaps: [...gaps],
    files: () => [], // There are no outputs of commands: the hosts themselves are at hand.
    raw: async (host, file) => {
      throw new Error(`${host}/${file}: a simulated host has no recorded files`);
    },
  };
}
