import { expect, test } from "vitest";
import { layout } from "./layout.ts";
import { neighbours } from "./neighbours.ts";
import { topology } from "./testing/cloud.ts";

test("a thing is lit with what it is joined to, and no further", () => {
  const drawing = layout(
    topology({
      external: 1,
      networks: 2,
      routers: [{ joins: [0, 1], gateway: true }],
      instances: [{ on: [0, 1], floating: true }, { on: [0] }],
    }),
  );
  const around = neighbours(drawing);
  const objects = (id: string) => [...(around.get(id) ?? [])].filter((one) => !one.includes(" ")).toSorted();
  expect(objects("vm0")).toEqual(["fip0", "net0", "net1", "vm0"]);
  expect(objects("r0")).toEqual(["ext0", "net0", "net1", "r0"]);
  expect(objects("net0")).toEqual(["net0", "r0", "vm0", "vm1"]);
  expect(around.get("vm1")).toContain("vm1 net0");
});
