/** A collected cloud: what a bundle becomes once its files are read. */
import type { CloudApi } from "../api/neutron.ts";
import type { Gap } from "../host/state.ts";
import type { World } from "../host/world.ts";

/** One file of a host, as its index.tsv lists it. */
export interface RawFile {
  file: string;
  /** Exit status of the command. */
  status: number;
  command: string;
}

export interface CollectedCloud {
  name: string;
  world: World;
  api: CloudApi;
  /** Of all hosts and of the API answers. */
  gaps: Gap[];
  takenAt?: string;
  files(host: string): RawFile[];
  /** Raw text of one file. Throws when it is not listed in the host's index. */
  raw(host: string, file: string): Promise<string>;
}
