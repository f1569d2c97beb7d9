/**
 * Tells agents where addresses are, so that they need not flood. It binds no port: what agents are told is computed from the
 * ports that others bound (forwarding.ts). Source: neutron/plugins/ml2/drivers/l2pop/mech_driver.py.
 */
import { invalidInput } from "../../errors.ts";
import type { MechanismDriver } from "../mechanism-driver.ts";

export function l2populationDriver(): MechanismDriver {
  return {
    name: "l2population",
    precommit: {
      updatePort(_change, { current, original }) {
        if (original && original.mac_address !== current.mac_address && current.status === "ACTIVE")
          throw invalidInput(`unable to modify mac_address of ACTIVE port ${current.id}`);
      },
    },
  };
}
