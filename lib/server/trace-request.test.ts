/** Questions over HTTP that contradict themselves: refused before the first event, with the field at fault. */
import { beforeAll, describe, expect, it } from "vitest";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { startTrace, traceParameters } from "./trace-request.ts";

let cloud: CollectedCloud;
beforeAll(async () => {
  cloud = await readBundle(new URL("../demo/legacy", import.meta.url).pathname);
});

describe("a question over HTTP", () => {
  it.each([
    [{ from: "cirros-vm1", to: "cirros-vm2", dport: "80" }, "dport"],
    [{ from: "cirros-vm1", to: "cirros-vm2", proto: "dhcp" }, "to"],
    [{ from: "cirros-vm1", to: "255.255.255.255" }, "to"],
    [{ from: "cirros-vm1", to: "cirros-vm2", fromAddress: "::1" }, "fromAddress"],
  ])("%j is refused for its %s", (parameters, field) => {
    const start = () => startTrace(cloud, traceParameters.parse(parameters));
    expect(start).toThrow(expect.objectContaining({ code: "bad_request", field }));
  });
  it("takes the longest name that an instance can have", () => {
    expect(traceParameters.parse({ from: "x".repeat(255), to: "x".repeat(255) }).to).toHaveLength(255);
  });
  it("takes ports with tcp", () => {
    const parameters = { from: "cirros-vm1", to: "cirros-vm2", dport: "80", proto: "tcp" };
    expect(startTrace(cloud, traceParameters.parse(parameters)).next().done).toBe(false);
  });
});
