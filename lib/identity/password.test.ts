import { expect, test } from "vitest";
import { hashPassword, isOutdated, verifyPassword } from "./password.ts";

/** As an earlier version with other parameters would have left it: m=1024, t=2, p=2, nonce 0123456789abcdef. */
const OTHER = "$argon2id$v=19$m=1024,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$gyAB513YsKkumS8py9dwwMvzgLeFFFEb+oaTMHycsgU";

test("a password matches its hash, and no other does", async () => {
  const hash = await hashPassword("correct horse");
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$/);
  expect(await verifyPassword("correct horse", hash)).toBe(true);
  expect(await verifyPassword("correct horsf", hash)).toBe(false);
  expect(await verifyPassword("", hash)).toBe(false);
  expect(await hashPassword("correct horse")).not.toBe(hash);
});

test("a hash that cannot be read is matched by nothing", async () => {
  for (const hash of ["", "plain", "$argon2id$v=19$m=8,t=1,p=1$!$!", "$2b$12$abcdefghijklmnopqrstuv"])
    expect(await verifyPassword("", hash)).toBe(false);
});

test("a hash with other parameters is understood, and to be replaced", async () => {
  expect(await verifyPassword("correct horse", OTHER)).toBe(true);
  expect(isOutdated(OTHER)).toBe(true);
  expect(isOutdated(await hashPassword("x"))).toBe(false);
});
