/** `underlay fault` on a stored embedded cloud: what is broken is found by a trace and by the check, and can be undone. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openEmbedded, storePlace } from "../embedded.ts";
import { check } from "./check.ts";
import { embeddedTrace } from "./embedded-trace.ts";
import { fault } from "./fault.ts";
import { InputError } from "./input-error.ts";

const data = mkdtempSync(path.join(tmpdir(), "underlay-fault-"));
const env = { ...process.env, UNDERLAY_DATA: data };

beforeAll(async () => {
  const signal = new AbortController().signal;
  const report = (error: unknown) => {
    throw error;
  };
  await (await openEmbedded({ place: storePlace(data, {}), env: {}, signal, report })).close();
});
afterAll(() => rmSync(data, { recursive: true }));

async function run(command: typeof fault, ...args: string[]): Promise<{ status: number; out: string }> {
  let out = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  try {
    return { status: await command([...args, "--data", data], process.env), out };
  } finally {
    spy.mockRestore();
  }
}

async function verdict(): Promise<unknown> {
  let last: unknown;
  for await (const event of embeddedTrace({ from: "cirros-vm1", to: "cirros-vm2", proto: "icmp" }, env)) last = event;
  return last;
}

describe("underlay fault", () => {
  it("injects, lists and undoes", async () => {
    expect((await run(fault, "inject", "dead-vlan", "cirros-vm2")).out).toMatch(
      /^injected \w{8} {2}dead-vlan {2}cirros-vm2/,
    );
    expect(await verdict()).toMatchObject({ outcome: "dropped" });
    const checked = await run(check, "--cloud", "embedded");
    expect(checked.status).toBe(1);
    expect(checked.out).toContain("compute2: 1 difference\n");
    expect(checked.out).toContain("ovs-vsctl set Port");

    const { injected, kinds } = JSON.parse((await run(fault, "list", "--json")).out);
    expect(injected).toMatchObject([{ kind: "dead-vlan", place: "cirros-vm2" }]);
    expect(kinds.length).toBeGreaterThanOrEqual(40);
    expect((await run(fault, "undo", injected[0].id)).out).toContain("undone");
    expect(await verdict()).toMatchObject({ outcome: "delivered" });
    expect((await run(check, "--cloud", "embedded")).status).toBe(0);
  });

  it("undoes the older of two, and the newer stays", async () => {
    await run(fault, "inject", "security-group-ingress-drop", "cirros-vm2");
    await run(fault, "inject", "security-group-ingress-drop", "vlan-vm2");
    expect(await verdict()).toMatchObject({ outcome: "dropped" });
    const { injected } = JSON.parse((await run(fault, "list", "--json")).out);
    await run(fault, "undo", injected[0].id);
    expect(await verdict()).toMatchObject({ outcome: "delivered" });
    expect((await run(check, "--cloud", "embedded")).out).toContain("1 difference\n");
    expect((await run(fault, "undo", "all")).out).toContain("vlan-vm2");
    expect((await run(check, "--cloud", "embedded")).status).toBe(0);
    expect((await run(fault, "undo", "all")).out).toBe("there was no fault\n");
  });

  it.each([
    [["list", "--cloud", "legacy"], /only the embedded cloud/],
    [["inject"], /expected a kind/],
    [["inject", "no-such"], /there is no fault "no-such"/],
    [["inject", "dead-vlan", "nowhere"], /"nowhere" is no place for dead-vlan; there are/],
    [["undo", "12345678"], /no fault 12345678/],
    [["mend"], /expected list, inject KIND/],
  ])("bad input %#", async (args, message) => {
    const failure = await run(fault, ...args).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputError);
    expect(String(failure)).toMatch(message);
  });
});
