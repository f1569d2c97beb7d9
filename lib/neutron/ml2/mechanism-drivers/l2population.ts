/**
 * Tells agents where addresses are, so that they need not flood. It binds no port: what agents are told is computed from the
 * ports that others bound. Source: neutron/plugins/ml2/drivers/l2pop/mech_driver.py.
 */
import type { MechanismDriver } from "../mechanism-driver.ts";

export function l2populationDriver(): MechanismDriver {
  return { name: "l2population" };
}
