/**
 * Objects as they were parsed, shared by all requests of this process. What is asked for names the version that the database
 * has just answered, so that another process's write is never missed; an object that nobody asks for is forgotten.
 */

interface Entry {
  readonly version: number;
  readonly object: unknown;
  readonly weight: number;
}

/** Characters of JSON: some 30,000 ports. Parsed, they take two to three times as many bytes. */
const LIMIT = 32_000_000;

export class BodyCache {
  private readonly limit: number;
  /** Two generations: what is found in the old one moves to the young, what is not goes with it. */
  private young = new Map<number, Entry>();
  private old = new Map<number, Entry>();
  private weight = 0;

  constructor(limit = LIMIT) {
    this.limit = limit;
  }

  find(seq: number, version: number): unknown {
    const young = this.young.get(seq);
    if (young) return young.version === version ? young.object : undefined;
    const old = this.old.get(seq);
    if (old?.version !== version) return undefined;
    this.add(seq, old);
    return old.object;
  }

  /** @param weight length of the JSON */
  put(seq: number, version: number, object: unknown, weight: number): void {
    this.add(seq, { version, object, weight });
  }

  private add(seq: number, entry: Entry): void {
    this.weight += entry.weight - (this.young.get(seq)?.weight ?? 0);
    this.young.set(seq, entry);
    if (this.weight < this.limit / 2) return;
    this.old = this.young;
    this.young = new Map();
    this.weight = 0;
  }
}

/** Parses a body for everybody: nobody can change what others hold, too. */
export function parseFrozen<T>(body: string): T {
  return freeze(JSON.parse(body));
}

function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
