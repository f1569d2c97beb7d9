/** What a trunk adds to the view of its parent port. Source: neutron/services/trunk/plugin.py _extend_port_trunk_details. */
import { type Port, ports } from "../core/model.ts";
import type { Call } from "../resource.ts";
import { type SubPort, type Trunk, trunks } from "./model.ts";

export interface TrunkDetails {
  readonly trunk_id: string;
  readonly sub_ports: readonly (SubPort & { readonly mac_address?: string })[];
}

/** Of so many ports, or more, it is less work to look at all trunks. */
const FEW = 100;

/** For a list of ports at once; a port that is no parent has no such attribute. */
export async function trunkDetails(
  call: Call,
  of: readonly Port[],
): Promise<(port: Port) => { readonly trunk_details?: TrunkDetails }> {
  const few = of.length < FEW ? { keys: { port_id: of.map((port) => port.id) } } : {};
  const known = await trunks.list(call.reader, few);
  if (known.length === 0) return () => ({});
  const subIds = known.flatMap((trunk) => trunk.sub_ports.map((sub) => sub.port_id));
  const subPorts = new Map((await ports.list(call.reader, { ids: subIds })).map((port) => [port.id, port]));
  const details = new Map(known.map((trunk) => [trunk.port_id, detailsOf(trunk, subPorts)]));
  return ({ id }) => {
    const trunk_details = details.get(id);
    return trunk_details ? { trunk_details } : {};
  };
}

function detailsOf(trunk: Trunk, subPorts: ReadonlyMap<string, Port>): TrunkDetails {
  const sub_ports = trunk.sub_ports.map((sub) => {
    const port = subPorts.get(sub.port_id);
    return { ...sub, ...(port && { mac_address: port.mac_address }) };
  });
  return { trunk_id: trunk.id, sub_ports };
}
