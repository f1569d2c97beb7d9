/** How a bundle is laid out: which directory of it is a host's. */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** The raw API answers, beside the hosts. */
export const API_DIRECTORY = "api";

/** What makes a directory a host's: any one of these. */
const HOST_MARKS: ReadonlySet<string> = new Set(["index.tsv", "hostname.txt", "root", "netns", "ovs", "dnsmasq"]);

export interface Layout {
  /** Names of the hosts' directories, sorted. */
  hosts: string[];
  hasApi: boolean;
  /** Other directories. Dot directories are left out. */
  strays: string[];
  /** The directory looks like one host's own, not like a bundle. */
  isHost: boolean;
}

/** Throws when the directory cannot be read. Links are never followed. */
export async function layoutOf(dir: string): Promise<Layout> {
  const entries: Dirent[] = await readdir(dir, { withFileTypes: true });
  const out: Layout = {
    hosts: [],
    hasApi: false,
    strays: [],
    isHost: entries.some((entry) => HOST_MARKS.has(entry.name)),
  };
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.startsWith(".")) continue;
    if (entry.name === API_DIRECTORY) out.hasApi = true;
    else if ((await readdir(join(dir, entry.name))).some((name) => HOST_MARKS.has(name))) out.hosts.push(entry.name);
    else out.strays.push(entry.name);
  }
  out.hosts.sort();
  out.strays.sort();
  return out;
}
