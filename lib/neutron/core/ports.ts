/** What happens when ports are created, changed and deleted. Source: neutron/plugins/ml2/plugin.py, neutron/db/db_base_plugin_v2.py. */
import { allocateAddresses } from "../address/ipam.ts";
import { notify } from "../hooks.ts";
import type { Change } from "../resource.ts";
import { save, standard } from "../standard.ts";
import { undoCreated } from "./created.ts";
import { checkDeviceOwner } from "./device-owner.ts";
import { deviceUp } from "./device-up.ts";
import { type Port, type PortBinding, ports } from "./model.ts";
import { networkOf } from "./network-of.ts";
import { outside } from "./outside.ts";
import { bindingAfter, UNBOUND } from "./port-binding.ts";
import { changedOptions } from "./port-dhcp-options.ts";
import { checkMacChange, checkMacFree, newMac } from "./port-mac.ts";
import { checkPairLimit, pairsOf } from "./port-pairs.ts";
import { groupsOfChanged, groupsOfNew } from "./port-security.ts";
import type { PortValues } from "./port-values.ts";

/** In the caller's transaction; drivers are told of it after the commit, and a failure of theirs deletes the port again. */
export async function createPort(change: Change, values: PortValues): Promise<Port> {
  const { neutron, tx } = change;
  const network = await networkOf(change, values.network_id);
  await checkDeviceOwner(change, values.device_owner, values.device_id, values.project_id);
  checkPairLimit(values.allowed_address_pairs, neutron.config.DEFAULT.max_allowed_address_pair);
  const base = standard(change, values);
  const host = values["binding:host_id"] ?? "";
  if (values.mac_address) await checkMacFree(change, network.id, values.mac_address);
  const mac_address = values.mac_address ?? (await newMac(change, network.id));
  const about = { mac: mac_address, deviceOwner: values.device_owner, host, portId: base.id };
  const fixed_ips = await allocateAddresses(change, network, values.fixed_ips, about);
  const draft = {
    ...base,
    // Neutron's extensions each raise it within the create.
    revision_number: 1,
    name: values.name,
    network_id: network.id,
    mac_address,
    admin_state_up: values.admin_state_up,
    status: values.status ?? "DOWN",
    device_id: values.device_id,
    device_owner: values.device_owner,
    fixed_ips,
    port_security_enabled: true,
    allowed_address_pairs: pairsOf(values.allowed_address_pairs, mac_address),
    extra_dhcp_opts: changedOptions([], values.extra_dhcp_opts ?? []),
    qos_policy_id: null,
    dns_name: "",
    ip_allocation: values.fixed_ips?.length === 0 ? "none" : "immediate",
    numa_affinity_policy: null,
    device_profile: null,
    ...(await neutron.extensionDrivers.processPort(change, { ...values }, network)),
  };
  const security_groups = await groupsOfNew(change, values, draft.port_security_enabled);
  const unbound = { ...draft, security_groups };
  const binding = await bindingAfter(change, network, unbound, UNBOUND, values);
  const inserted = await ports.insert(tx, { ...unbound, binding });
  await notify(change, "portCreated", inserted);
  const port = (await ports.get(tx, inserted.id)) ?? inserted;
  await neutron.mechanisms.precommit("createPort", change, { current: port, network });
  const undo = undoCreated(change, (undoing) => removePort(undoing, port.id));
  tx.afterCommit(() => neutron.mechanisms.postcommit("createPort", outside(change), { current: port, network }, undo));
  return port;
}

/** @param values only what is to change */
export async function updatePort(change: Change, port: Port, values: Partial<PortValues>): Promise<Port> {
  const { neutron, tx } = change;
  const network = await networkOf(change, port.network_id);
  const device_owner = values.device_owner ?? port.device_owner;
  const device_id = values.device_id ?? port.device_id;
  if (device_owner !== port.device_owner || device_id !== port.device_id)
    await checkDeviceOwner(change, device_owner, device_id, port.project_id);
  const mac_address = await macAfter(change, port, values, device_owner);
  checkPairLimit(values.allowed_address_pairs, neutron.config.DEFAULT.max_allowed_address_pair);
  const fixed_ips =
    values.fixed_ips === undefined && mac_address === port.mac_address
      ? port.fixed_ips
      : await allocateAddresses(change, network, values.fixed_ips, {
          mac: mac_address,
          deviceOwner: device_owner,
          host: values["binding:host_id"] ?? port.binding.host,
          portId: port.id,
          current: port.fixed_ips,
        });
  const draft: Port = {
    ...port,
    ...plainChanges(values),
    device_owner,
    device_id,
    mac_address,
    fixed_ips,
    ...(values.allowed_address_pairs && {
      allowed_address_pairs: pairsOf(values.allowed_address_pairs, mac_address),
    }),
    ...(values.extra_dhcp_opts && {
      extra_dhcp_opts: changedOptions(port.extra_dhcp_opts, values.extra_dhcp_opts),
    }),
    ...(await neutron.extensionDrivers.processPort(change, { ...values }, network, port)),
  };
  const secured = draft.port_security_enabled;
  const security_groups = await groupsOfChanged(change, port, values, secured, draft.allowed_address_pairs);
  const binding = await bindingAfter(change, network, draft, port.binding, values);
  const down = rebound(port.binding, binding) || (port.status === "ACTIVE" && !draft.admin_state_up);
  const status = values.status ?? (down ? "DOWN" : port.status);
  const saved = await save(change, ports, { ...draft, security_groups, binding, status });
  await notify(change, "portUpdated", port, saved);
  const current = (await ports.get(tx, port.id)) ?? saved;
  const context = { current, original: port, network };
  await neutron.mechanisms.precommit("updatePort", change, context);
  // The agent that has the port's device connects it again.
  if (current.admin_state_up && !port.admin_state_up && current.device_id !== "")
    tx.afterCommit(() => deviceUp(neutron, port.id));
  tx.afterCommit(() => neutron.mechanisms.postcommit("updatePort", outside(change), context));
  return current;
}

/** @param by `byApi`: a client asks for it, which those that own the port may refuse */
export async function deletePort(change: Change, port: Port, by: { readonly byApi: boolean }): Promise<void> {
  const { neutron, tx } = change;
  await notify(change, "portDeleting", port, by.byApi);
  const network = await networkOf(change, port.network_id);
  await neutron.mechanisms.precommit("deletePort", change, { current: port, network });
  if (!(await ports.remove(tx, port.id))) return;
  tx.afterCommit(() => neutron.mechanisms.postcommit("deletePort", outside(change), { current: port, network }));
}

/** One that went by itself is passed over. */
async function removePort(change: Change, id: string): Promise<void> {
  const port = await ports.get(change.reader, id);
  if (port) await deletePort(change, port, { byApi: false });
}

/** Also the MAC of a whole device that its server gives back is no longer the port's. _reset_mac_for_direct_physical */
async function macAfter(change: Change, port: Port, values: Partial<PortValues>, owner: string): Promise<string> {
  const { vnic_type } = port.binding;
  if (vnic_type === "direct-physical" && port.device_id !== "" && values.device_id === "" && owner === "")
    return newMac(change, port.network_id);
  if (values.mac_address === undefined) return port.mac_address;
  const mac = values.mac_address ?? (await newMac(change, port.network_id));
  if (mac === port.mac_address) return mac;
  checkMacChange(port, mac, owner);
  await checkMacFree(change, port.network_id, mac);
  return mac;
}

function plainChanges(values: Partial<PortValues>): Partial<Port> {
  const { name, description, admin_state_up } = values;
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(admin_state_up !== undefined && { admin_state_up }),
    ...(values.fixed_ips && { ip_allocation: "immediate" }),
  };
}

const rebound = (before: PortBinding, after: PortBinding) =>
  before !== after && JSON.stringify(before) !== JSON.stringify(after);
