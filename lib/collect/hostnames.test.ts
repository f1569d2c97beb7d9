/** Directories whose names are not what their hosts are called. */
import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readBundle } from "./bundle.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hostnames-test-"));
  await cp(join(import.meta.dirname, "../demo/legacy"), dir, { recursive: true });
});
afterEach(() => rm(dir, { recursive: true }));

const about = (text: string) =>
  expect.objectContaining({
    file: expect.stringContaining("hostname.txt"),
    reason: expect.stringContaining(text),
  });

describe("a host's name", () => {
  test("is what it calls itself where directories are swapped", async () => {
    await rename(join(dir, "compute1"), join(dir, "x"));
    await rename(join(dir, "compute2"), join(dir, "compute1"));
    await rename(join(dir, "x"), join(dir, "compute2"));
    const cloud = await readBundle(dir);
    expect(cloud.world.guests.find((g) => g.name === "cirros-vm1")?.host).toBe("compute2");
    expect(cloud.gaps).toContainEqual(about("the directory compute2 is of the host that calls itself compute1"));
  });
  test("is a gap that names both where two have one", async () => {
    await writeFile(join(dir, "compute2/hostname.txt"), await readFile(join(dir, "compute1/hostname.txt")));
    const cloud = await readBundle(dir);
    expect(cloud.gaps).toContainEqual(about("compute1 and compute2 call themselves compute1"));
    expect(cloud.world.guests.find((g) => g.name === "cirros-vm1")?.host).toBe("compute1");
  });
  test("is a gap where a directory was copied", async () => {
    await cp(join(dir, "compute1"), join(dir, "a-copy"), { recursive: true });
    const cloud = await readBundle(dir);
    expect(cloud.gaps).toContainEqual(about("a-copy and compute1 call themselves compute1"));
    expect(cloud.world.guests.find((g) => g.name === "cirros-vm1")?.host).toBe("compute1");
  });
  test("makes no gap in a bundle as it was recorded", async () => {
    expect((await readBundle(dir)).gaps.filter((g) => g.file.includes("hostname"))).toEqual([]);
  });
});
