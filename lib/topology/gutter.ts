/**
 * The gutters left and right of the bars: vertical lanes, one for each network and side that needs one, so that links
 * never run behind cards. Short runs lie inside, long ones outside.
 */
export type Side = "left" | "right";

export interface Run {
  key: string;
  side: Side;
  top: number;
  bottom: number;
}

export class Gutters {
  readonly #runs = new Map<string, Run>();

  /** Says that `network` has a run on `side` which reaches `y`. */
  reach(network: string, side: Side, ...ys: number[]): string {
    const key = `${side} ${network}`;
    const run = this.#runs.get(key) ?? { key, side, top: Number.POSITIVE_INFINITY, bottom: Number.NEGATIVE_INFINITY };
    run.top = Math.min(run.top, ...ys);
    run.bottom = Math.max(run.bottom, ...ys);
    this.#runs.set(key, run);
    return key;
  }

  /** Lane of each run, 0 next to the bars, and how many lanes each side has. */
  assign(): { lane: Map<string, number>; count: Record<Side, number> } {
    const lane = new Map<string, number>();
    const count: Record<Side, number> = { left: 0, right: 0 };
    for (const side of ["left", "right"] as const) {
      const lanes: Run[][] = [];
      const runs = [...this.#runs.values()].filter((run) => run.side === side);
      for (const run of runs.sort((a, b) => a.bottom - a.top - (b.bottom - b.top))) {
        let at = lanes.findIndex((taken) => taken.every((one) => one.bottom + 8 < run.top || run.bottom + 8 < one.top));
        if (at < 0) at = lanes.push([]) - 1;
        lanes[at]?.push(run);
        lane.set(run.key, at);
      }
      count[side] = lanes.length;
    }
    return { lane, count };
  }
}
