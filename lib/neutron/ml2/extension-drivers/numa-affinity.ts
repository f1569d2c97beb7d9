/** On which NUMA node Nova places a port. Source: neutron/plugins/ml2/extensions/port_numa_affinity_policy.py, neutron/db/port_numa_affinity_policy_db.py. */
import { isPlugged } from "../../core/port-binding.ts";
import { conflict } from "../../errors.ts";
import { oneOf } from "../../kind/kind.ts";
import type { ExtensionDriver } from "../extension-driver.ts";

export function numaAffinityDriver(): ExtensionDriver {
  const kind = oneOf(["required", "preferred", "legacy", null]);
  return {
    name: "port_numa_affinity_policy",
    extensions: [], // The API has it always; the driver keeps and shows it.
    networkAttributes: {},
    portAttributes: { numa_affinity_policy: { kind, post: true, put: true, default: null } },
    processNetwork: async () => ({}),
    async processPort(_change, { numa_affinity_policy: wanted }, _network, port) {
      if (wanted === undefined) return {};
      if (port && isPlugged(port.binding))
        throw conflict(
          "PortBoundNUMAAffinityPolicy",
          `Unable to complete operation on port ${port.id}, port is already bound to host ${port.binding.host}, numa_affinity_policy value given ${String(wanted)}.`,
        );
      return { numa_affinity_policy: kind.parse(wanted) };
    },
    extendNetwork: () => ({}),
    extendPorts:
      async () =>
      ({ numa_affinity_policy }) => ({ numa_affinity_policy }),
  };
}
