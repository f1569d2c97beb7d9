import { expect, test } from "vitest";
import { topology } from "../../lib/topology/testing/cloud.ts";
import { listModel } from "./tables.tsx";

test("what has no name is called by its id wherever it stands", () => {
  const cloud = topology({ external: 0, networks: 1, routers: [], instances: [{ on: [0], name: "one" }] });
  const [network] = cloud.networks;
  if (network) cloud.networks[0] = { ...network, name: "", id: "0123456789" };
  const [instance] = cloud.instances;
  if (instance)
    cloud.instances[0] = { ...instance, ports: instance.ports.map((one) => ({ ...one, networkId: "0123456789" })) };
  cloud.securityGroups.push({ id: "abcdefghij", name: "", projectId: "", rules: [] });
  expect(listModel("instances", cloud, true).rows[0]?.cells[1]?.text).toBe("01234567");
  expect(listModel("security-groups", cloud, true).rows.at(-1)?.name).toBe("abcdefgh");
});
