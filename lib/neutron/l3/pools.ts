/** `/v2.0/floatingip_pools`: the IPv4 subnets that floating IPs come from. Source: neutron/db/l3_fip_pools_db.py, neutron/conf/policies/floatingip_pools.py. */
import { networks, subnets } from "../core/model.ts";
import { notFound } from "../errors.ts";
import { anything } from "../kind/kind.ts";
import { anyone } from "../policy.ts";
import type { Call, Resource } from "../resource.ts";

const shown = { kind: anything };

export const poolResource: Resource = {
  name: "floatingip_pool",
  plural: "floatingip_pools",
  path: "floatingip_pools",
  key: "subnet_id",
  attributes: {
    subnet_id: shown,
    subnet_name: shown,
    network_id: shown,
    cidr: shown,
    project_id: shown,
    tenant_id: shown,
  },
  policy: { get: anyone },
  list: pools,
  show: async (call, id) => (await pools(call)).find((pool) => pool.subnet_id === id),
  missing: (id) => notFound("Floating IP pool", id),
};

/** All external networks' subnets are anybody's pools. */
async function pools({ context, reader }: Call) {
  const external = await networks.list(reader, { keys: { external: "true" } });
  const found = await subnets.list(reader, { keys: { network_id: external.map((network) => network.id) } });
  return found
    .filter((subnet) => subnet.ip_version === 4)
    .map(({ id, name, network_id, cidr }) => ({
      subnet_id: id,
      subnet_name: name,
      network_id,
      cidr,
      project_id: context.projectId,
      tenant_id: context.projectId,
    }));
}
