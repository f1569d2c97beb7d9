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
  /** Differ as known-differences.txt says. */
  readonly known: number;
  readonly seconds: number;
  readonly failures: readonly Result[];
}

/** What a run says while it goes on: a line for each test that failed, with its reason. */
export function tell(result: Result): void {
  const [first = "", ...more] = result.reasons;
  process.stdout.write(
    `FAILED ${result.name}\n       ${first}${more.length > 0 ? ` (and ${more.length} more)` : ""}\n`,
  );
}

/** Of some differences chance or the machine's load decides whether they show: known-differences.txt says "sometimes" of them. */
function isSteady(why: string | undefined): boolean {
  return why !== undefined && !why.startsWith("sometimes: ");
}

/** @param whole whether all tests of the suite ran: only then does a known difference that did not show up mean anything */
export function summarise(
  suite: string,
  results: readonly Result[],
  known: ReadonlyMap<string, string>,
  since: number,
  whole: boolean,
): Summary {
  const failing = results.filter(({ reasons }) => reasons.length > 0);
  const failed = new Set(failing.map(({ name }) => name));
  const gone = whole ? results.filter(({ name }) => isSteady(known.get(name)) && !failed.has(name)) : [];
  const failures = [
    ...failing.filter(({ name }) => !known.has(name)),
    ...[...new Map(gone.map((result) => [result.name, result])).values()].map((result) => ({
      ...result,
      reasons: [NO_MORE],
    })),
  ];
  return {
    suite,
    passed: results.length - failing.length,
    failed: failures.length,
    known: failing.length - failing.filter(({ name }) => !known.has(name)).length,
    seconds: Math.round((performance.now() - since) / 100) / 10,
    failures,
  };
}

const NO_MORE = "differs no more: take it out of known-differences.txt";
