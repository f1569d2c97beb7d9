/**
 * OpenFlow syntax as data. Owned with parse.ts and print.ts; `parse(print(x))` equals `x`.
 * Sketch of the contract that HostState and the engine rely on; the syntax owner completes it.
 */

/** One matched field. Value and mask as bigint-free text or numbers is the syntax owner's choice; see field.ts. */
export interface Flow {
  table: number;
  priority: number;
  /** Hex text as printed, e.g. 0xc3f2ed1cff3784f6. */
  cookie: string;
  packets: number;
  bytes: number;
  /** Seconds. */
  duration: number;
  idleTimeout: number;
  hardTimeout: number;
  flags: string[];
  match: Match;
  actions: Action[];
}

export type Match = { fields: MatchField[] };
export interface MatchField { name: string; value: string; mask?: string }
export type Action = { kind: string };

export interface Group {
  id: number;
  type: "all" | "select" | "indirect" | "ff";
  buckets: GroupBucket[];
}
export interface GroupBucket { id?: number; weight?: number; watchPort?: number | string; watchGroup?: number; actions: Action[] }
