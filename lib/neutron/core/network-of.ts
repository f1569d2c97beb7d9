/** The network of a port, a subnet, … */
import { notFound } from "../errors.ts";
import type { Call } from "../resource.ts";
import { type Network, networks } from "./model.ts";

/** @throws NetworkNotFound */
export async function networkOf(call: Call, id: string): Promise<Network> {
  const network = await networks.get(call.reader, id);
  if (!network) throw notFound("Network", id);
  return network;
}
