import { Following } from "./following.ts";

/** The highest number that entries of a list have, 0 where none has one; it is looked for again when its entry goes. */
export class Highest<T extends object> {
  private readonly following: Following<T, { highest: number; known: boolean }>;
  private readonly numberOf: (one: T) => number;

  constructor(numberOf: (one: T) => number) {
    this.numberOf = numberOf;
    this.following = new Following<T, { highest: number; known: boolean }>(
      () => ({ highest: 0, known: true }),
      (state, one) => {
        state.highest = Math.max(state.highest, numberOf(one));
      },
      (state, one) => {
        if (numberOf(one) === state.highest) state.known = false;
      },
    );
  }

  of(list: readonly T[]): number {
    const state = this.following.of(list);
    if (!state.known) {
      state.highest = list.reduce((highest, one) => Math.max(highest, this.numberOf(one)), 0);
      state.known = true;
    }
    return state.highest;
  }
}
