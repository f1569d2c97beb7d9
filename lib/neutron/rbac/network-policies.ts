/** What a policy does to its network: access_as_external makes it external. Source: neutron/db/external_net_db.py. */
import { networks } from "../core/model.ts";
import { notify } from "../hooks.ts";
import type { Change } from "../resource.ts";
import { raiseRevision, save } from "../standard.ts";
import { EVERYBODY, EXTERNAL, type RbacPolicy } from "./model.ts";
import { policyInUse } from "./refusals.ts";
import { policiesOf } from "./shared.ts";

/** After a change of `policy`: its network is external while any policy says so, and has a new revision. */
export async function reviseNetwork(change: Change, policy: RbacPolicy): Promise<void> {
  const network = policy.object_type === "network" ? await networks.get(change.reader, policy.object_id) : undefined;
  if (!network) return;
  const all = await policiesOf(change, "network", network.id);
  const external = all.some((one) => one.action === EXTERNAL);
  if (policy.action !== EXTERNAL || external === network.external) return raiseRevision(change, networks, network);
  const after = await save(change, networks, network, { external });
  await notify(change, "networkUpdated", network, after);
}

/** The default external network is everybody's. */
export async function checkDefaultExternal(
  change: Change,
  policy: RbacPolicy,
  next: string | undefined,
): Promise<void> {
  const { object_type, object_id, action, target_project } = policy;
  if (object_type !== "network" || action !== EXTERNAL || target_project !== EVERYBODY || next === EVERYBODY) return;
  const network = await networks.get(change.reader, object_id);
  if (network?.is_default) throw policyInUse(policy, "Default external networks must be shared to everyone.");
}
