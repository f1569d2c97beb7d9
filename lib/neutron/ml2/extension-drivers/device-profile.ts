/** Which accelerator Cyborg gives a port. Source: neutron/plugins/ml2/extensions/port_device_profile.py, neutron/db/port_device_profile_db.py. */
import { nullable, text } from "../../kind/kind.ts";
import type { ExtensionDriver } from "../extension-driver.ts";

const SIZE = 255;

export function deviceProfileDriver(): ExtensionDriver {
  const kind = nullable(text(SIZE));
  return {
    name: "port_device_profile",
    extensions: [], // The API has it always; the driver keeps and shows it.
    networkAttributes: {},
    portAttributes: { device_profile: { kind, post: true, default: null } },
    processNetwork: async () => ({}),
    processPort: async (_change, { device_profile: wanted }, _network, port) =>
      port || wanted === undefined ? {} : { device_profile: kind.parse(wanted) || null },
    extendNetwork: () => ({}),
    extendPorts:
      async () =>
      ({ device_profile }) => ({ device_profile }),
  };
}
