/** What happens when networks are created, changed and deleted. Source: neutron/plugins/ml2/plugin.py, neutron/db/db_base_plugin_v2.py. */
import { AUTO_DELETE_PORT_OWNERS } from "../address/modes.ts";
import { deleteSubnet } from "../address/subnets.ts";
import { checkZones } from "../agent/zones.ts";
import type { Json } from "../attribute.ts";
import { conflict, invalidInput } from "../errors.ts";
import { notify } from "../hooks.ts";
import { forgetPolicies, setExternal, setShared } from "../rbac/shared.ts";
import type { Change } from "../resource.ts";
import { save, standard } from "../standard.ts";
import { undoCreated } from "./created.ts";
import { type Network, networks, ports, type Segment, subnets } from "./model.ts";
import { changeShared } from "./network-sharing.ts";
import { outside } from "./outside.ts";
import { deletePort } from "./ports.ts";

/** @param values attributes of a create, with their defaults */
export async function createNetwork(change: Change, values: Json): Promise<Network> {
  const { neutron } = change;
  const segments = (await neutron.types.segmentsFor(change, values)).map(
    (segment): Segment => ({ id: neutron.newId(), ...segment }),
  );
  const external = values["router:external"] === true;
  const availability_zone_hints = (values.availability_zone_hints ?? []) as readonly string[]; // Read by its kind.
  await checkZones(change, "network", availability_zone_hints);
  const draft: Network = {
    ...standard(change, values),
    // Neutron's extensions each raise it within the create.
    revision_number: 1,
    name: String(values.name ?? ""),
    admin_state_up: values.admin_state_up !== false,
    status: "ACTIVE",
    subnets: [],
    segments,
    external,
    is_default: external && values.is_default === true,
    mtu: neutron.types.mtu(segments, Number(values.mtu ?? 0)),
    port_security_enabled: true,
    qos_policy_id: null,
    availability_zone_hints,
    dns_domain: "",
    vlan_transparent: null,
    ...(await neutron.extensionDrivers.processNetwork(change, values)),
  };
  if (draft.is_default) await checkDefault(change, draft.id);
  const network = await networks.insert(change.tx, draft);
  if (values.shared === true) await setShared(change, "network", network, true);
  if (external) await setExternal(change, network, true);
  await notify(change, "networkCreated", network);
  await neutron.mechanisms.precommit("createNetwork", change, { current: network });
  const undo = undoCreated(change, (undoing) => removeNetwork(undoing, network.id));
  change.tx.afterCommit(() =>
    neutron.mechanisms.postcommit("createNetwork", outside(change), { current: network }, undo),
  );
  return network;
}

/** @param values only what is to change */
export async function updateNetwork(change: Change, row: Network, values: Json): Promise<Network> {
  const { neutron } = change;
  const segments = await changedSegments(change, row, values);
  if (typeof values.shared === "boolean") await changeShared(change, row, values.shared);
  const changes: Partial<Network> = {
    ...(typeof values.name === "string" && { name: values.name }),
    ...(typeof values.description === "string" && { description: values.description }),
    ...(typeof values.admin_state_up === "boolean" && { admin_state_up: values.admin_state_up }),
    ...(segments && { segments }),
    ...(await neutron.extensionDrivers.processNetwork(change, values, row)),
    ...(await changedExternal(change, row, values)),
    ...(values.mtu !== undefined && { mtu: neutron.types.mtu(segments ?? row.segments, Number(values.mtu)) }),
  };
  const network = await save(change, networks, row, changes);
  await notify(change, "networkUpdated", row, network);
  const context = { current: network, original: row };
  await neutron.mechanisms.precommit("updateNetwork", change, context);
  change.tx.afterCommit(() => neutron.mechanisms.postcommit("updateNetwork", outside(change), context));
  return network;
}

export async function deleteNetwork(change: Change, row: Network): Promise<void> {
  const { neutron } = change;
  await notify(change, "networkDeleting", row);
  const all = await ports.list(change.reader, { keys: { network_id: row.id } });
  const inUse = all.filter((port) => !AUTO_DELETE_PORT_OWNERS.includes(port.device_owner)).map((port) => port.id);
  if (inUse.length > 0) throw networkInUse(row.id, inUse);
  for (const port of all) await deletePort(change, port, { byApi: false });
  for (const subnet of await subnets.list(change.reader, { keys: { network_id: row.id } }))
    await deleteSubnet(change, subnet);
  const network = (await networks.get(change.reader, row.id)) ?? row;
  await neutron.mechanisms.precommit("deleteNetwork", change, { current: network });
  await forgetPolicies(change, "network", network.id); // A create that is undone comes here, too.
  await networks.remove(change.tx, network.id);
  change.tx.afterCommit(async () => {
    await neutron.types.release(network.segments);
    await neutron.mechanisms.postcommit("deleteNetwork", outside(change), { current: network });
  });
}

export function networkInUse(id: string, portIds: readonly string[]) {
  const reason = `There are one or more ports still in use on the network, id for these ports is: ${portIds.join(",")}`;
  return conflict("NetworkInUse", `Unable to complete operation on network ${id}. ${reason}.`);
}

/** plugin.py _update_provider_network_attributes, _update_segmentation_id */
async function changedSegments(change: Change, row: Network, values: Json): Promise<Segment[] | undefined> {
  const [segment] = row.segments;
  if (!segment || row.segments.length > 1) return undefined;
  for (const name of ["network_type", "physical_network"] as const) {
    const wanted = values[`provider:${name}`];
    if (wanted !== undefined && wanted !== segment[name])
      throw invalidInput(
        "Plugin does not support updating the following provider network attributes: provider:physical_network, provider:network_type",
      );
  }
  const id = values["provider:segmentation_id"];
  if (id === undefined || id === 0 || id === segment.segmentation_id) return undefined;
  const spec = await change.neutron.types.changeTag(change, segment, values);
  return [{ ...segment, ...spec }];
}

/** neutron/db/external_net_db.py _process_l3_update, neutron/services/auto_allocate/db.py */
async function changedExternal(change: Change, row: Network, values: Json): Promise<Partial<Network>> {
  const external = typeof values["router:external"] === "boolean" ? values["router:external"] : row.external;
  const isDefault = typeof values.is_default === "boolean" ? values.is_default : row.is_default;
  if (values.is_default === true) await checkDefault(change, row.id);
  if (external === row.external) return { is_default: external && isDefault };
  if (!external) {
    const gateways = { network_id: row.id, device_owner: "network:router_gateway" };
    if ((await ports.count(change.reader, { keys: gateways })) > 0)
      throw conflict(
        "ExternalNetworkInUse",
        `External network ${row.id} cannot be updated to be made non-external, since it has existing gateway ports.`,
      );
  }
  await setExternal(change, row, external);
  return { external, is_default: external && isDefault };
}

async function checkDefault(change: Change, id: string): Promise<void> {
  const externals = await networks.list(change.reader, { keys: { external: "true" } });
  const other = externals.find((one) => one.is_default && one.id !== id);
  if (other) throw conflict("DefaultExternalNetworkExists", `A default external network already exists: ${other.id}.`);
}

/** One that went by itself is passed over. */
async function removeNetwork(change: Change, id: string): Promise<void> {
  const network = await networks.get(change.reader, id);
  if (network) await deleteNetwork(change, network);
}
