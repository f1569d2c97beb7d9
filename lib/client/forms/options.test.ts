import { expect, test } from "vitest";
import type { Topology } from "../../api/http.ts";
import { networkField } from "./options.ts";

const network = (name: string, external: boolean, projectId: string) => ({ id: name, name, external, projectId });
const world = {
  networks: [network("inside", false, "p"), network("shared", false, "q"), network("way-out", true, "")],
} as unknown as Topology;

test("a tenant adds subnets and ports to no network of the provider's; an administrator may", () => {
  const offered = (admin: boolean) => {
    const field = networkField({ admin, project: "p" }, false);
    return field.kind === "choice" && field.options(world).map((one) => one.value);
  };
  expect(offered(false)).toEqual(["inside", "shared"]);
  expect(offered(true)).toEqual(["inside", "shared", "way-out"]);
});
