import { expect, test } from "vitest";
import { readBundle } from "../collect/bundle.ts";
import { traceCloud } from "./trace.ts";

const legacy = await readBundle(new URL("../demo/legacy", import.meta.url).pathname);
const NETWORK = "3c9a2c1f-099a-4fc9-bee1-b377a05a8081";
const network = legacy.api.networks.find((one) => one.id === NETWORK)?.name;
const said = (from: string, to: string) => [...traceCloud(legacy, { from, to, proto: "icmp" })].at(-1);

test("an answer comes back to the instance by its name", () => {
  expect(said("cirros-vm1", "cirros-vm3")).toMatchObject({
    summary: expect.stringMatching(/^cirros-vm1 reached cirros-vm3 .*, and the reply came back to cirros-vm1\.$/),
  });
});

test("what goes to the world has left the cloud, whatever the machine outside would do with it", () => {
  expect(said("cirros-vm1", "8.8.8.8")).toMatchObject({
    ...{ outcome: "exited", code: "EXITED_PHYSICAL_NETWORK", host: "outside" },
    summary: "The request left the cloud by eth0 on outside. What becomes of it beyond is not known here.",
  });
});

test("a namespace is named after what Neutron runs in it", () => {
  expect(said(`network1:qdhcp-${NETWORK}`, "cirros-vm1")).toMatchObject({
    summary: expect.stringContaining(`DHCP server of ${network} on network1 `),
  });
});
