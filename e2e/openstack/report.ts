/** One test of a run: its name, and in words why it failed; no words for one that passed. */
export interface Result {
  readonly name: string;
  readonly part: string;
  readonly reasons: readonly string[];
}

export interface Summary {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  readonly failures: readonly Result[];
}

/** What a run says while it goes on: a line for each test that failed, with its reason. */
export function tell(result: Result): void {
  if (result.reasons.length === 0) return;
  const [first = "", ...more] = result.reasons;
  process.stdout.write(
    `FAILED ${result.name}\n       ${first}${more.length > 0 ? ` (and ${more.length} more)` : ""}\n`,
  );
}

export function summarise(suite: string, results: readonly Result[], since: number, skipped = 0): Summary {
  const failures = results.filter(({ reasons }) => reasons.length > 0);
  const seconds = Math.round((performance.now() - since) / 100) / 10;
  return { suite, passed: results.length - failures.length, failed: failures.length, skipped, seconds, failures };
}
