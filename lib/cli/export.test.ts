/** `underlay export`: the script on standard output, one line for bad input. */
import { expect, it, vi } from "vitest";
import { exportHost } from "./export.ts";

const LEGACY = new URL("../demo/legacy", import.meta.url).pathname;

it("prints the script", async () => {
  let out = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const status = await exportHost(["--cloud", LEGACY, "--host", "compute1"]).finally(() => spy.mockRestore());
  expect(status).toBe(0);
  expect(out).toContain("# Builds the host compute1 ");
  expect(out).toMatch(/^ovs-vsctl .*add-br br-int/m);
});

it.each([
  [["--cloud", "embedded", "--host", "compute1", "--data", "/nowhere"], /no embedded cloud in \/nowhere/],
  [["--cloud", LEGACY], /--host: expected/],
  [["--cloud", LEGACY, "--host", "compute9"], /no host "compute9"; there are compute1/],
])("bad input %#", async (args, message) => {
  await expect(exportHost(args)).rejects.toThrow(message);
});
