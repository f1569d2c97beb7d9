/** What adds attributes to networks and ports. Source: neutron_lib/plugins/ml2/api.py ExtensionDriver. */
import type { Attributes, Json } from "../attribute.ts";
import type { NeutronConfig } from "../config/config.ts";
import type { Network, Port } from "../core/model.ts";
import type { Call, Change, Extension } from "../resource.ts";

export interface ExtensionDriver {
  readonly name: string;
  /** The API extensions that it implements. */
  readonly extensions: readonly Extension[];
  readonly networkAttributes: Attributes;
  readonly portAttributes: Attributes;
  readonly floatingIpAttributes?: Attributes;
  /** What the attributes of a create (`network` undefined) or an update make of the row. */
  processNetwork(change: Change, values: Json, network: Network | undefined): Promise<Partial<Network>>;
  /** @param port undefined in a create */
  processPort(change: Change, values: Json, network: Network, port: Port | undefined): Promise<Partial<Port>>;
  extendNetwork(network: Network): Json;
  /** For a list at once: what is needed of other objects is read once, then each port's attributes are made. */
  extendPorts(call: Call, ports: readonly Port[]): Promise<(port: Port) => Json>;
}

export type ExtensionDriverFactory = (config: NeutronConfig) => ExtensionDriver;
