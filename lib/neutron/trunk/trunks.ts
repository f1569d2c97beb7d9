/** `/v2.0/trunks`. Source: neutron/services/trunk/plugin.py, neutron_lib/api/definitions/trunk.py, neutron/conf/policies/trunk.py. */
import type { Json, Values } from "../attribute.ts";
import { ports } from "../core/model.ts";
import { invalidInput } from "../errors.ts";
import { anything, bool, Invalid, uuid } from "../kind/kind.ts";
import { anyone, owner } from "../policy.ts";
import type { Change } from "../resource.ts";
import { idAttribute, nameAttribute, ownerAttributes, save, standard, standardAttributes } from "../standard.ts";
import { plainView, storedResource } from "../stored.ts";
import { duplicateSubPort, subPortNotFound, trunkDisabled, trunkInErrorState, trunkInUse } from "./errors.ts";
import { type SubPort, type Trunk, trunks } from "./model.ts";
import { tellTrunkAgent } from "./reaction.ts";
import { checkParent, mayBeTrunked, readSubPorts } from "./rules.ts";
import { subPortsKind, type WantedSubPort } from "./sub-ports-kind.ts";

const attributes = {
  id: idAttribute,
  name: nameAttribute,
  ...ownerAttributes,
  ...standardAttributes,
  admin_state_up: { kind: bool, post: true, put: true, default: true, filter: true, sort: true },
  port_id: { kind: uuid, post: true, filter: true, sort: true },
  status: { kind: anything, sort: true },
  sub_ports: { kind: subPortsKind, post: true, default: [] as WantedSubPort[] },
};

export const trunkResource = storedResource<Trunk>({
  name: "trunk",
  plural: "trunks",
  title: "Trunk",
  rows: trunks,
  attributes,
  policy: { create: anyone, get: owner, update: owner, remove: owner },
  quota: "trunk",
  tagged: true,
  anyMarker: true,
  create: createTrunk,
  update: (change, row, values) => save(change, trunks, row, values),
  remove: async (change, row) => {
    if (!row.admin_state_up) throw trunkDisabled(row.id);
    const parent = await ports.get(change.reader, row.port_id);
    if (parent && !(await mayBeTrunked(change, parent))) throw trunkInUse(row.id);
    await trunks.remove(change.tx, row.id);
  },
  actions: {
    get_subports: {
      method: "GET",
      rule: owner,
      run: async (change, id) => ({ sub_ports: (await trunkOf(change, id)).sub_ports }),
    },
    add_subports: {
      method: "PUT",
      rule: owner,
      run: async (change, id, body) => plainView(await addSubPorts(change, await trunkOf(change, id), body)),
    },
    remove_subports: {
      method: "PUT",
      rule: owner,
      run: async (change, id, body) => plainView(await removeSubPorts(change, await trunkOf(change, id), body)),
    },
  },
});

async function createTrunk(change: Change, json: Json): Promise<Trunk> {
  const values = json as Values<typeof attributes>; // Read by that table.
  const { name, admin_state_up, port_id } = values;
  await checkParent(change, port_id);
  const sub_ports = await readSubPorts(change, port_id, values.sub_ports);
  const made: Trunk = { ...standard(change, values), name, admin_state_up, port_id, status: "DOWN", sub_ports: [] };
  tellTrunkAgent(change, made.id);
  return trunks.insert(change.tx, { ...made, sub_ports: joined(made, sub_ports) });
}

async function addSubPorts(change: Change, trunk: Trunk, body: Json | undefined): Promise<Trunk> {
  const added = await readSubPorts(change, trunk.port_id, subPortsOf(body));
  if (!trunk.admin_state_up) throw trunkDisabled(trunk.id);
  if (trunk.status === "ERROR") throw trunkInErrorState(trunk.id);
  tellTrunkAgent(change, trunk.id);
  return save(change, trunks, trunk, { status: "DOWN", sub_ports: joined(trunk, added) });
}

async function removeSubPorts(change: Change, trunk: Trunk, body: Json | undefined): Promise<Trunk> {
  if (!trunk.admin_state_up) throw trunkDisabled(trunk.id);
  const removed = new Set(subPortsOf(body).map((one) => one.port_id));
  for (const id of removed) if (!trunk.sub_ports.some((sub) => sub.port_id === id)) throw subPortNotFound(trunk.id, id);
  tellTrunkAgent(change, trunk.id);
  const sub_ports = trunk.sub_ports.filter((sub) => !removed.has(sub.port_id));
  return save(change, trunks, trunk, { status: "DOWN", sub_ports });
}

/** The subports and more of them, each with a segment of its own. */
function joined(trunk: Trunk, more: readonly SubPort[]): SubPort[] {
  const all = [...trunk.sub_ports];
  for (const sub of more) {
    const taken = all.some(
      (one) => one.segmentation_type === sub.segmentation_type && one.segmentation_id === sub.segmentation_id,
    );
    if (taken) throw duplicateSubPort(sub, trunk.id);
    all.push(sub);
  }
  return all;
}

function subPortsOf(body: Json | undefined): WantedSubPort[] {
  try {
    return subPortsKind.parse(body?.sub_ports);
  } catch (error) {
    if (error instanceof Invalid) throw invalidInput(error.message);
    throw error;
  }
}

async function trunkOf(change: Change, id: string): Promise<Trunk> {
  const trunk = await trunks.get(change.reader, id);
  if (!trunk) throw trunkResource.missing(id);
  return trunk;
}
