/** Which ports may be a trunk's parent or subports. Source: neutron/services/trunk/rules.py. */
import { knownAgents, LINUX_BRIDGE_AGENT } from "../agent/agents.ts";
import { networks, type Port, ports } from "../core/model.ts";
import { invalidInput } from "../errors.ts";
import { integer, repr, show } from "../kind/kind.ts";
import type { Call, Change } from "../resource.ts";
import { parentPortInUse, portInUse, portNotFound, subPortMtuTooGreat, trunkPortInUse } from "./errors.ts";
import { type SubPort, trunks } from "./model.ts";
import { INHERIT, type WantedSubPort } from "./sub-ports-kind.ts";

const MIN_VLAN_TAG = 1;
const MAX_VLAN_TAG = 4094;

export async function checkParent(change: Change, portId: string): Promise<void> {
  await checkInNoTrunk(change, portId);
  if (!(await mayBeTrunked(change, await portFor(change, portId)))) throw parentPortInUse(portId);
}

/** A bound port only where the driver can do it: the Linux bridge's can, Open vSwitch's cannot. */
export async function mayBeTrunked(call: Call, port: Port): Promise<boolean> {
  const { host, vif_type } = port.binding;
  if (host === "") return true;
  if (vif_type !== "bridge") return false;
  return (await knownAgents(call, { type: LINUX_BRIDGE_AGENT, host })).length > 0;
}

/** The subports as they will be kept; throws for the first that cannot be one of this parent. */
export async function readSubPorts(
  change: Change,
  parentId: string,
  wanted: readonly WantedSubPort[],
): Promise<SubPort[]> {
  const parentMtu = await mtuOf(change, await visiblePort(change, parentId));
  const read: SubPort[] = [];
  for (const one of wanted) {
    if (one.port_id === parentId) throw parentPortInUse(parentId);
    const port = await visiblePort(change, one.port_id);
    const mtu = await mtuOf(change, port);
    if (parentMtu && mtu && mtu > parentMtu) throw subPortMtuTooGreat(one.port_id, mtu, parentId, parentMtu);
    const subPort = readSegment(one.segmentation_type === INHERIT && port ? await inherited(change, port) : one);
    await checkInNoTrunk(change, one.port_id);
    // Whatever else uses the port would not expect it to become part of another.
    const free = await portFor(change, one.port_id);
    if (free.device_id !== "") throw portInUse(free);
    read.push(subPort);
  }
  return read;
}

async function checkInNoTrunk(change: Change, portId: string): Promise<void> {
  if (await trunks.holder(change.reader, "sub_port_id", portId)) throw trunkPortInUse(portId);
  if (await trunks.holder(change.reader, "port_id", portId)) throw parentPortInUse(portId);
}

function readSegment(wanted: WantedSubPort): SubPort {
  const { port_id, segmentation_type, segmentation_id } = wanted;
  if (segmentation_type === undefined || segmentation_id === undefined)
    throw invalidInput(
      `Invalid subport details '${repr(wanted)}': missing segmentation information. Must specify both segmentation_id and segmentation_type`,
    );
  const id = readInteger(segmentation_id);
  if (segmentation_type !== "vlan") throw invalidInput(`Unknown segmentation_type '${show(segmentation_type)}'`);
  if (id < MIN_VLAN_TAG || id > MAX_VLAN_TAG) throw invalidInput(`Segmentation ID '${id}' is not in range`);
  return { port_id, segmentation_type, segmentation_id: id };
}

function readInteger(value: unknown): number {
  try {
    return integer().parse(value);
  } catch {
    throw invalidInput(`Invalid subport details: segmentation_id '${show(value)}' is not an integer`);
  }
}

async function inherited(change: Change, port: Port): Promise<WantedSubPort> {
  const segment = (await networks.get(change.reader, port.network_id))?.segments[0];
  return {
    port_id: port.id,
    segmentation_type: segment?.network_type ?? null,
    segmentation_id: segment?.segmentation_id ?? null,
  };
}

async function mtuOf(change: Change, port: Port | undefined): Promise<number | undefined> {
  return port && (await networks.get(change.reader, port.network_id))?.mtu;
}

async function portFor(call: Call, id: string): Promise<Port> {
  const port = await visiblePort(call, id);
  if (!port) throw portNotFound(id);
  return port;
}

/** The caller's own, or one on his network. */
async function visiblePort(call: Call, id: string): Promise<Port | undefined> {
  const { isAdmin, projectId } = call.context;
  const port = await ports.get(call.reader, id);
  if (!port || isAdmin || port.project_id === projectId) return port;
  const network = await networks.get(call.reader, port.network_id);
  return network?.project_id === projectId ? port : undefined;
}
