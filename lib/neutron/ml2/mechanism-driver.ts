/** What carries networks to some technology: told of every change, and binds ports. Source: neutron_lib/plugins/ml2/api.py MechanismDriver. */
import type { NeutronConfig } from "../config/config.ts";
import type { Network, Port, PortBinding, Segment, Subnet } from "../core/model.ts";
import type { Call, Change } from "../resource.ts";

/** What happened to an object. `original`: as it was, when it was changed. */
export interface Changed<T> {
  readonly current: T;
  readonly original?: T;
}

export interface NetworkContext extends Changed<Network> {}
export interface SubnetContext extends Changed<Subnet> {}
export interface PortContext extends Changed<Port> {
  readonly network: Network;
}

/** What a driver can be told. A part that it leaves out does not concern it. */
export interface Operations<In> {
  createNetwork(within: In, context: NetworkContext): Promise<void> | void;
  updateNetwork(within: In, context: NetworkContext): Promise<void> | void;
  deleteNetwork(within: In, context: NetworkContext): Promise<void> | void;
  createSubnet(within: In, context: SubnetContext): Promise<void> | void;
  updateSubnet(within: In, context: SubnetContext): Promise<void> | void;
  deleteSubnet(within: In, context: SubnetContext): Promise<void> | void;
  createPort(within: In, context: PortContext): Promise<void> | void;
  updatePort(within: In, context: PortContext): Promise<void> | void;
  deletePort(within: In, context: PortContext): Promise<void> | void;
}

/** A port that looks for somebody who connects it on its host. */
export interface BindingRequest {
  readonly port: Omit<Port, "binding">;
  readonly network: Network;
  readonly host: string;
  readonly vnic_type: string;
  readonly profile: PortBinding["profile"];
  /** Of these the driver chooses one. */
  readonly segments: readonly Segment[];
}

/** How it was connected. */
export interface Bound {
  readonly segment: Segment;
  readonly vif_type: string;
  readonly vif_details: PortBinding["vif_details"];
}

export interface MechanismDriver {
  readonly name: string;
  /** Within the transaction, before it is committed: what throws refuses the change. May write, may not wait for others. */
  readonly precommit?: Partial<Operations<Change>>;
  /** After the commit: what throws from a create has the object deleted again. */
  readonly postcommit?: Partial<Operations<Call>>;
  /** undefined: this driver cannot; the next one is asked. */
  bindPort?(call: Call, request: BindingRequest): Promise<Bound | undefined>;
}

export type MechanismDriverFactory = (config: NeutronConfig) => MechanismDriver;
