/**
 * Failed logins, counted for each account and source, and for each account over all sources: guesses may come from many. Sources
 * that an account was logged in to from stand outside of the latter, so that nobody can lock out its owner where he works; elsewhere
 * he waits until guesses are forgotten. Successes never count, so clients that log in for each command are not slowed down.
 * Verifications run a few at a time and the count is looked at when one's turn comes: a burst of guesses cannot all be under way
 * before the first has failed.
 */
import { IdentityError } from "./error.ts";

const FAILURES = 10;
/** Of one account, over all sources that it is not known from. */
const FAILURES_ANYWHERE = 50;
const WINDOW_MS = 5 * 60_000;
/** Leaves threads of libuv's four to files and name lookups. */
const AT_A_TIME = 2;
/** Accounts and sources that are remembered; beyond, the one that failed, or was good, longest ago is forgotten. */
const REMEMBERED = 10_000;

export class Attempts {
  private readonly now: () => number;
  /** Times of failures, oldest first. */
  private readonly failures = new Map<string, number[]>();
  /** Accounts with sources that they were logged in to from. */
  private readonly known = new Set<string>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  /**
   * Runs `verify` in its turn, and counts a false answer.
   * Throws IdentityError `too-many-attempts`, without having run it.
   */
  async check(account: string, source: string, verify: () => Promise<boolean>): Promise<boolean> {
    const here = JSON.stringify([account, source]);
    const anywhere = JSON.stringify([account]);
    await this.turn();
    try {
      this.refuse(here, FAILURES);
      const stranger = !this.known.has(here);
      if (stranger) this.refuse(anywhere, FAILURES_ANYWHERE);
      const good = await verify();
      if (good) {
        this.failures.delete(here);
        this.known.delete(here); // To the end, as below.
        this.known.add(here);
        forgetOldest(this.known);
      } else {
        this.count(here);
        if (stranger) this.count(anywhere);
      }
      return good;
    } finally {
      this.pass();
    }
  }

  private async turn(): Promise<void> {
    if (this.running < AT_A_TIME) this.running++;
    else await new Promise<void>((go) => this.waiting.push(go));
  }

  /** Gives the turn to who has waited longest. */
  private pass(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running--;
  }

  private refuse(key: string, most: number): void {
    const first = this.recent(key).at(-most);
    if (first === undefined) return;
    const retryAfterSeconds = Math.max(1, Math.ceil((first + WINDOW_MS - this.now()) / 1000));
    throw new IdentityError({
      reason: "too-many-attempts",
      retryAfterSeconds,
      message: `Too many failed attempts to log in. Try again in ${retryAfterSeconds} seconds.`,
    });
  }

  private count(key: string): void {
    const recent = [...this.recent(key), this.now()];
    this.failures.delete(key); // To the end: the map is in order of the last failure.
    this.failures.set(key, recent);
    forgetOldest(this.failures);
  }

  private recent(key: string): number[] {
    return (this.failures.get(key) ?? []).filter((at) => at > this.now() - WINDOW_MS);
  }
}

function forgetOldest(all: Map<string, unknown> | Set<string>): void {
  const oldest = all.keys().next();
  if (all.size > REMEMBERED && !oldest.done) all.delete(oldest.value);
}
