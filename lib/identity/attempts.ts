/**
 * Failed logins, counted for each account and source. Successes never count, so clients that log in for each command are not
 * slowed down. Verifications run a few at a time and the count is looked at when one's turn comes: a burst of guesses cannot
 * all be under way before the first has failed.
 */
import { IdentityError } from "./error.ts";

const FAILURES = 10;
const WINDOW_MS = 5 * 60_000;
/** Leaves threads of libuv's four to files and name lookups. */
const AT_A_TIME = 2;
/** Accounts that are remembered; beyond, the one that failed longest ago is forgotten. */
const REMEMBERED = 10_000;

export class Attempts {
  private readonly now: () => number;
  /** Times of failures, oldest first. */
  private readonly failures = new Map<string, number[]>();
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
    const key = JSON.stringify([account, source]);
    await this.turn();
    try {
      this.refuse(key);
      const good = await verify();
      if (good) this.failures.delete(key);
      else this.count(key);
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

  private refuse(key: string): void {
    const recent = this.recent(key);
    const [first] = recent;
    if (first === undefined || recent.length < FAILURES) return;
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
    const oldest = this.failures.keys().next();
    if (this.failures.size > REMEMBERED && !oldest.done) this.failures.delete(oldest.value);
  }

  private recent(key: string): number[] {
    return (this.failures.get(key) ?? []).filter((at) => at > this.now() - WINDOW_MS).slice(-FAILURES);
  }
}
