import { expect, it } from "vitest";
import type { CloudApi } from "../api/neutron.ts";
import { readBundle } from "../collect/bundle.ts";
import { viewsOf } from "./recorded.ts";

/** With another distributed router, on a network of its own and on one that the recorded router is on. */
function withSecondRouter(api: CloudApi): CloudApi {
  const [router] = api.routers;
  const joint = api.networks.find((one) => one.name === "vxlan11")?.id ?? "";
  const port = api.ports.find((one) => one.network_id === joint && one.device_id === router?.id);
  if (!router || !port) throw new Error("no router");
  const next = { ...router, id: "next", name: "next", external_gateway_info: null };
  const own = { ...port, device_id: next.id, device_owner: "network:router_interface_distributed" };
  const far = { ...own, id: "far", network_id: "far", fixed_ips: [] };
  return { ...api, routers: [...api.routers, next], ports: [...api.ports, { ...own, id: "near" }, far] };
}

it("a distributed router is also where its neighbours are", async () => {
  const { api, world } = await readBundle("lib/demo/dvr");
  const views = viewsOf(withSecondRouter(api), world.hosts);
  // compute1 has guests of vxlan10 alone, from where packets go on by way of vxlan11.
  expect(views.get("compute1")?.routers.map((one) => one.name)).toEqual(["router10_11", "next"]);
});
