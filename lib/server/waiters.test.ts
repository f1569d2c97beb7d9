import { expect, test } from "vitest";
import { Waiters } from "./waiters.ts";

test("what is in no hurry lets others pass, but comes to its turn", async () => {
  let clock = 0;
  let each = () => {};
  const pause = async (milliseconds: number) => {
    clock += milliseconds;
    each();
  };
  const waiters = new Waiters({ now: () => clock, pause });
  const turn = async (signal?: AbortSignal) => {
    const since = clock;
    await waiters.passed(signal);
    return clock - since;
  };
  expect(await turn()).toBeLessThan(20);

  const answered = waiters.enter();
  each = () => clock === 500 && answered();
  expect(await turn()).toBeGreaterThan(500);
  expect(clock).toBeLessThan(1000);

  waiters.enter();
  expect(await turn()).toBeGreaterThan(900);
  expect(await turn()).toBeLessThan(20);
  waiters.enter();
  expect(await turn(AbortSignal.abort())).toBeLessThan(20);
});
