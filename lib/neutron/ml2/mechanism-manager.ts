/** Mechanism drivers in the configured order. Source: neutron/plugins/ml2/managers.py MechanismManager. */
import type { NeutronConfig } from "../config/config.ts";
import type { PortBinding } from "../core/model.ts";
import { NeutronError } from "../errors.ts";
import type { Call, Change } from "../resource.ts";
import { loadDrivers } from "./load.ts";
import type { BindingRequest, MechanismDriver, MechanismDriverFactory, Operations } from "./mechanism-driver.ts";
import { MECHANISM_DRIVERS } from "./mechanism-drivers/table.ts";

type Operation = keyof Operations<Call>;
type ContextOf<K extends Operation> = Parameters<Operations<Call>[K]>[1];

export class MechanismManager {
  private readonly drivers: readonly MechanismDriver[];
  private readonly report: (error: unknown) => void;

  /** @param more drivers that the table does not have. `report`: failures that undo nothing. */
  constructor(
    config: NeutronConfig,
    more: Readonly<Record<string, MechanismDriverFactory>> = {},
    report: (error: unknown) => void = () => {},
  ) {
    const table = { ...MECHANISM_DRIVERS, ...more };
    const found = loadDrivers("[ml2] mechanism_drivers", config.ml2.mechanism_drivers, table);
    this.drivers = found.map(([, make]) => make(config));
    this.report = report;
  }

  get names(): readonly string[] {
    return this.drivers.map((driver) => driver.name);
  }

  /** The first driver that refuses ends the transaction. */
  async precommit<K extends Operation>(operation: K, change: Change, context: ContextOf<K>): Promise<void> {
    for (const driver of this.drivers)
      await guarded(driver, operation, () => driver.precommit?.[operation]?.(change, context as never)); // K's own context.
  }

  /**
   * All drivers are told, whichever fails. @param undo after a create that failed; others are only reported
   * @throws what the first driver threw, once undone
   */
  async postcommit<K extends Operation>(
    operation: K,
    call: Call,
    context: ContextOf<K>,
    undo?: () => Promise<void>,
  ): Promise<void> {
    const errors: unknown[] = [];
    for (const driver of this.drivers)
      try {
        await guarded(driver, operation, () => driver.postcommit?.[operation]?.(call, context as never)); // As above.
      } catch (error) {
        errors.push(error);
      }
    if (errors.length === 0) return;
    for (const error of undo ? errors.slice(1) : errors) this.report(error);
    if (!undo) return;
    await undo();
    throw errors[0];
  }

  /** Who connects the port on its host: the first driver that can. plugin.py _bind_port, driver_context.py */
  async bind(call: Call, request: BindingRequest): Promise<PortBinding> {
    const base = { host: request.host, vnic_type: request.vnic_type, profile: request.profile };
    for (const driver of this.drivers) {
      const bound = await driver.bindPort?.(call, request);
      if (!bound) continue;
      const { segment, vif_type, vif_details } = bound;
      const details = { ...vif_details, bound_drivers: { 0: driver.name } };
      return { ...base, vif_type, vif_details: details, driver: driver.name, segment_id: segment.id };
    }
    return { ...base, vif_type: "binding_failed", vif_details: {}, driver: null, segment_id: null };
  }
}

/** Errors of the API pass; others become Neutron's MechanismDriverError. neutron/plugins/ml2/common/exceptions.py */
async function guarded(driver: MechanismDriver, operation: Operation, work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof NeutronError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const text = `The mechanism driver ${driver.name} failed in ${operation}: ${reason}`;
    throw new NeutronError("internal", "MechanismDriverError", text);
  }
}
