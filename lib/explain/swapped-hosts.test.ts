/** A bundle whose directories are named the wrong way round is traced by what its hosts call themselves. */
import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readBundle } from "../collect/bundle.ts";
import { traceCloud } from "./trace.ts";

it("delivers between guests of hosts whose directories were swapped", async () => {
  const dir = await mkdtemp(join(tmpdir(), "swapped-test-"));
  try {
    await cp(new URL("../demo/legacy", import.meta.url).pathname, dir, { recursive: true });
    await rename(join(dir, "compute1"), join(dir, "x"));
    await rename(join(dir, "compute2"), join(dir, "compute1"));
    await rename(join(dir, "x"), join(dir, "compute2"));
    const cloud = await readBundle(dir);
    for (const to of ["172.16.10.126", "172.24.4.97", "outside"]) {
      const last = [...traceCloud(cloud, { from: "cirros-vm1", to, proto: "icmp" })].at(-1);
      expect(last, to).toMatchObject({ code: "DELIVERED", leg: "reply" });
    }
  } finally {
    await rm(dir, { recursive: true });
  }
});
