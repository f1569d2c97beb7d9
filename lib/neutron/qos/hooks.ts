/** What attaching a policy to a network or port needs. Source: neutron/core_extensions/qos.py, neutron/services/qos/qos_plugin.py. */
import { networks, type Port, ports } from "../core/model.ts";
import type { Hooks } from "../hooks.ts";
import type { Change } from "../resource.ts";
import { networkKeeps, portKeeps } from "./drivers.ts";
import { mayNotRemovePolicy, ruleNotSupported, ruleNotSupportedByNetwork } from "./errors.ts";
import { type QosPolicy, qosPolicies } from "./model.ts";
import { qosPolicyFor, seesPolicy } from "./policies.ts";

export const qosHooks: Hooks = {
  async networkCreated(change, network) {
    if (network.qos_policy_id === null) return;
    const policy = await qosPolicyFor(change, network.qos_policy_id);
    for (const rule of policy.rules)
      if (!networkKeeps(change, rule, network)) throw ruleNotSupportedByNetwork(rule.type, network.id);
  },
  async networkUpdated(change, before, after) {
    if (before.qos_policy_id === after.qos_policy_id) return;
    await mayDetach(change, before.qos_policy_id);
    if (after.qos_policy_id === null) return;
    const policy = await qosPolicyFor(change, after.qos_policy_id);
    for (const rule of policy.rules)
      if (!networkKeeps(change, rule, after)) throw ruleNotSupportedByNetwork(rule.type, after.id);
    for (const port of await ports.list(change.reader, { keys: { network_id: after.id } }))
      if (port.qos_policy_id === null) await checkPort(change, policy, port);
  },
  async portCreated(change, port) {
    if (port.qos_policy_id !== null) return checkPort(change, await qosPolicyFor(change, port.qos_policy_id), port);
    // The network's policy may be one that the port's owner does not see.
    const network = await networks.get(change.reader, port.network_id);
    const inherited = network?.qos_policy_id && (await qosPolicies.get(change.reader, network.qos_policy_id));
    if (inherited) await checkPort(change, inherited, port);
  },
  async portUpdated(change, before, after) {
    if (before.qos_policy_id === after.qos_policy_id) return;
    await mayDetach(change, before.qos_policy_id);
    if (after.qos_policy_id !== null) await checkPort(change, await qosPolicyFor(change, after.qos_policy_id), after);
  },
};

async function checkPort(change: Change, policy: QosPolicy, port: Port): Promise<void> {
  const network = await networks.get(change.reader, port.network_id);
  for (const rule of policy.rules)
    if (!portKeeps(change, rule, port, network)) throw ruleNotSupported(rule.type, port.id);
}

/** What somebody else attached stays, unless the policy is shared with the caller. */
async function mayDetach(change: Change, id: string | null): Promise<void> {
  const policy = id === null ? undefined : await qosPolicies.get(change.reader, id);
  if (policy && !(await seesPolicy(change, policy))) throw mayNotRemovePolicy(policy.id);
}
