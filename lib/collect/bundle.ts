/** A bundle: one directory a host, beside them `api/`. */
import { basename, join, resolve } from "node:path";
import type { Gap } from "../host/state.ts";
import { readApi } from "./api.ts";
import type { CollectedCloud } from "./cloud.ts";
import { deriveGuests } from "./guests.ts";
import { type CollectedHost, collectHost } from "./host.ts";
import { hostNames } from "./hostnames.ts";
import { API_DIRECTORY, type Layout, layoutOf } from "./layout.ts";
import { message } from "./parse/json.ts";
import { inferSegments } from "./segments.ts";

export interface ReadBundleOptions {
  /** Name of the cloud; the directory's name when absent. */
  name?: string;
  signal?: AbortSignal;
  /** Called before the first host, and after each. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Reads a bundle directory. What is missing or unreadable becomes a gap. Throws when the directory itself cannot be read
 * or holds no host at all, and with the signal's reason when aborted.
 */
export async function readBundle(dir: string, options: ReadBundleOptions = {}): Promise<CollectedCloud> {
  const { hosts: hostDirs, strays } = await layout(dir);
  if (hostDirs.length === 0) {
    throw new Error(
      `no host in ${basename(resolve(dir))}: a bundle has one directory for each host, with index.tsv or root/ in it`,
    );
  }
  const hosts: CollectedHost[] = [];
  const unreadable: Gap[] = [];
  options.onProgress?.(0, hostDirs.length);
  for (const name of hostDirs) {
    options.signal?.throwIfAborted();
    try {
      hosts.push(await collectHost(join(dir, name), name));
    } catch (error) {
      unreadable.push({ host: name, file: name, reason: `the host cannot be read: ${message(error)}` });
    }
    options.onProgress?.(hosts.length + unreadable.length, hostDirs.length);
  }
  const { api, gaps: apiGaps } = await readApi(join(dir, API_DIRECTORY));
  const states = hosts.map((host) => host.state);
  const { hostOf, gaps: nameGaps } = hostNames(hosts);
  const { guests, subports, gaps: guestGaps } = deriveGuests(api, states, hostOf);
  const { segments, gaps: segmentGaps } = inferSegments(states, api, hostOf);
  const worldGaps: Gap[] = [
    ...strays.map(strayGap),
    ...unreadable,
    ...nameGaps,
    ...apiGaps,
    ...guestGaps,
    ...segmentGaps,
  ];
  const filesOf = (host: string) => {
    const found = hosts.find(({ state }) => state.name === host);
    if (!found) throw new Error(`no such host: ${host}`);
    return found.files;
  };
  const cloud: CollectedCloud = {
    name: options.name ?? basename(resolve(dir)),
    world: { hosts: states, guests, subports, segments, gaps: worldGaps },
    api,
    gaps: [...worldGaps, ...states.flatMap((host) => host.gaps)],
    files: (host) => filesOf(host).list(),
    raw: async (host, file) => filesOf(host).raw(file),
  };
  const takenAt = states
    .flatMap((host) => host.takenAt ?? [])
    .sort()
    .at(-1);
  if (takenAt !== undefined) cloud.takenAt = takenAt;
  return cloud;
}

async function layout(dir: string): Promise<Layout> {
  try {
    return await layoutOf(dir);
  } catch (error) {
    throw new Error(`the bundle cannot be read: ${message(error)}`);
  }
}

function strayGap(name: string): Gap {
  return { host: name, file: name, reason: "a directory that is no host's: it has neither index.tsv nor root/" };
}
