import { describe, expect, test } from "vitest";
import { Attempts } from "./attempts.ts";

const MINUTE = 60_000;
const wrong = async () => false;
const right = async () => true;
const refused = { problem: { reason: "too-many-attempts" } };

function counter() {
  const clock = { now: 0 };
  return { clock, attempts: new Attempts(() => clock.now) };
}
async function fail(attempts: Attempts, times: number, account = "admin", source = "here") {
  for (let i = 0; i < times; i++) expect(await attempts.check(account, source, wrong)).toBe(false);
}

describe("failed logins", () => {
  test("are refused after ten, until the first of them is five minutes old", async () => {
    const { clock, attempts } = counter();
    await fail(attempts, 10);
    clock.now = 2 * MINUTE;
    await expect(attempts.check("admin", "here", right)).rejects.toMatchObject({ problem: { retryAfterSeconds: 180 } });
    clock.now = 5 * MINUTE + 1;
    expect(await attempts.check("admin", "here", right)).toBe(true);
  });

  test("are forgotten after a success", async () => {
    const { attempts } = counter();
    await fail(attempts, 9);
    await attempts.check("admin", "here", right);
    await fail(attempts, 10);
    await expect(attempts.check("admin", "here", right)).rejects.toMatchObject(refused);
  });

  test("of one account or source hinder no other", async () => {
    const { attempts } = counter();
    await fail(attempts, 10);
    expect(await attempts.check("demo", "here", right)).toBe(true);
    expect(await attempts.check("admin", "there", right)).toBe(true);
  });

  test("from many sources are refused together, but where the account was logged in to before", async () => {
    const { clock, attempts } = counter();
    await attempts.check("admin", "desk", right);
    for (let n = 0; n < 10; n++) await fail(attempts, 5, "admin", `source ${n}`);
    for (const source of ["source 99", "source 1"])
      await expect(attempts.check("admin", source, right)).rejects.toMatchObject(refused);
    expect(await attempts.check("admin", "desk", right)).toBe(true);
    expect(await attempts.check("demo", "source 99", right)).toBe(true);
    clock.now = 5 * MINUTE + 1;
    expect(await attempts.check("admin", "source 99", right)).toBe(true);
    await fail(attempts, 10, "admin", "desk");
    await expect(attempts.check("admin", "desk", right)).rejects.toMatchObject(refused);
  });

  test("in a burst are not all tried before the first has failed", async () => {
    const { attempts } = counter();
    let tried = 0;
    const guess = async () => {
      tried++;
      await Promise.resolve();
      return false;
    };
    const results = await Promise.allSettled(Array.from({ length: 200 }, () => attempts.check("admin", "here", guess)));
    expect(tried).toBeLessThanOrEqual(11);
    expect(results.filter((one) => one.status === "rejected").length).toBeGreaterThanOrEqual(189);
  });
});

test("any number of successes goes through", async () => {
  const { attempts } = counter();
  const all = await Promise.all(Array.from({ length: 500 }, () => attempts.check("admin", "here", right)));
  expect(all.every(Boolean)).toBe(true);
});
