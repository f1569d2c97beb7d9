import type { Gap } from "../host/state.ts";

export interface GapsOfHost {
  host: string;
  count: number;
  files: { file: string; gaps: Gap[] }[];
}

/** Gaps by host, then file, in the order they came. The cloud's own gaps (no host) come first as "APIs". */
export function groupGaps(gaps: readonly Gap[]): GapsOfHost[] {
  const hosts = new Map<string, Map<string, Gap[]>>();
  for (const gap of gaps) {
    const name = gap.host === "" ? "APIs" : gap.host;
    const files = hosts.get(name) ?? new Map<string, Gap[]>();
    hosts.set(name, files);
    const list = files.get(gap.file) ?? [];
    files.set(gap.file, list);
    list.push(gap);
  }
  return [...hosts]
    .sort(([a], [b]) => (a === "APIs" ? -1 : b === "APIs" ? 1 : a.localeCompare(b)))
    .map(([host, files]) => ({
      host,
      count: [...files.values()].reduce((sum, list) => sum + list.length, 0),
      files: [...files].map(([file, list]) => ({ file, gaps: list })),
    }));
}
