import { expect, test } from "vitest";
import type { Topology } from "../../api/http.ts";
import { layout } from "../../topology/layout.ts";
import type { Values } from "./form.ts";
import { makerOf } from "./forms.ts";

const empty: Topology = {
  networks: [],
  routers: [],
  instances: [],
  floatingIps: [],
  securityGroups: [],
  projects: [{ id: "p", name: "demo" }],
  otherPorts: [],
};

/** The cloud while the service has not answered yet. */
async function asked(topology: Topology, name: string, of: string, values: Values): Promise<Topology> {
  const form = await makerOf(name)?.({ topology, admin: false, project: "p" }, of);
  return form?.optimistic?.(topology, { ...form.values, ...values }) ?? topology;
}

test("what is being made is drawn where it will be, before the service has answered", async () => {
  const network = (id: string, name: string, topology = empty) =>
    asked(topology, "new-network", "", { name }).then((made) => ({
      ...made,
      networks: made.networks.map((one) => (one.id === "pending" ? { ...one, id } : one)),
    }));
  let cloud = await network("n1", "a");
  cloud = await network("n10", "a10", cloud);
  cloud = await network("n2", "a2", cloud);
  expect(cloud.networks.map((one) => one.name)).toEqual(["a", "a2", "a10"]);

  cloud = await asked(cloud, "new-subnet", "n1", { cidr: "10.0.0.0/24" });
  cloud = await asked(cloud, "new-router", "", { name: "r" });
  cloud = await asked(cloud, "new-interface", "pending", { subnet_id: "pending" });
  expect(cloud.routers[0]?.interfaces).toMatchObject([{ networkId: "n1" }]);
  const drawing = layout(cloud, { open: new Set(), show: "" });
  expect(drawing.pills.map((one) => one.name)).toEqual(["r"]);
  expect(drawing.bars.find((one) => one.name === "a")).toMatchObject({ cidrs: "10.0.0.0/24", note: "build" });
});
