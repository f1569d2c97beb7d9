/**
 * Whose a token is, for every request of every service: from memory in the usual case. Any change to users, projects, roles
 * and their like empties the cache: at once in the process that makes it, within the store's event delay in the others. A
 * token that another process revokes is forgotten after FRESH_MS at the latest (tokens are silent: they leave no event).
 */
import type { Bearer } from "./tokens.ts";

const FRESH_MS = 2_000;
const LIMIT = 5_000;

interface Entry {
  readonly bearer: Bearer;
  readonly until: number;
}

export class BearerCache {
  private readonly now: () => number;
  private readonly load: (secret: string) => Promise<Bearer | undefined>;
  private entries = new Map<string, Entry>();

  constructor(now: () => number, load: (secret: string) => Promise<Bearer | undefined>) {
    this.now = now;
    this.load = load;
  }

  async get(secret: string): Promise<Bearer | undefined> {
    const known = this.entries.get(secret);
    if (known && this.now() < known.until) return known.bearer;
    // What is read while the cache is emptied goes into the map that was dropped.
    const entries = this.entries;
    const bearer = await this.load(secret);
    if (!bearer) {
      entries.delete(secret);
      return undefined;
    }
    const expiry = Math.min(bearer.token.expires_at, bearer.applicationCredential?.expires_at ?? Infinity);
    if (entries.size >= LIMIT) entries.clear();
    entries.set(secret, { bearer, until: Math.min(this.now() + FRESH_MS, expiry) });
    return bearer;
  }

  clear(): void {
    this.entries = new Map();
  }
}
