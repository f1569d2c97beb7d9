import { Following } from "./following.ts";

interface State {
  highest: number;
  /** How many entries have it; where none has, it is to be looked for. */
  count: number;
}

/** The highest number that entries of a list have, 0 where none has one; it is looked for again when its entry goes. */
export class Highest<T extends object> {
  private readonly following: Following<T, State>;
  private readonly numberOf: (one: T) => number;

  constructor(numberOf: (one: T) => number) {
    this.numberOf = numberOf;
    this.following = new Following<T, State>(
      () => ({ highest: 0, count: 0 }),
      (state, one) => count(state, numberOf(one)),
      (state, one) => {
        if (numberOf(one) === state.highest) state.count--;
      },
    );
  }

  of(list: readonly T[]): number {
    const state = this.following.of(list);
    if (state.count === 0) {
      state.highest = 0;
      for (const one of list) count(state, this.numberOf(one));
    }
    return state.highest;
  }
}

function count(state: State, number: number): void {
  if (number > state.highest) {
    state.highest = number;
    state.count = 0;
  }
  if (number === state.highest) state.count++;
}
