/** Whether a port's traffic is filtered. Source: neutron/plugins/ml2/extensions/port_security.py. */
import type { Json } from "../../attribute.ts";
import type { Network } from "../../core/model.ts";
import { bool } from "../../kind/kind.ts";
import type { ExtensionDriver } from "../extension-driver.ts";
import { isTrusted } from "../trusted.ts";

const attribute = { kind: bool, post: true, put: true };

export function portSecurityDriver(): ExtensionDriver {
  return {
    name: "port_security",
    extensions: [
      {
        alias: "port-security",
        name: "Port Security",
        description: "Provides port security",
        updated: "2012-07-23T10:00:00-00:00",
      },
    ],
    networkAttributes: { port_security_enabled: { ...attribute, default: true } },
    portAttributes: { port_security_enabled: { ...attribute, default: undefined } },
    processNetwork: async (_change, values) => given(values),
    processPort: async (_change, values, network, port) => (port ? given(values) : ofNewPort(values, network)),
    extendNetwork: ({ port_security_enabled }) => ({ port_security_enabled }),
    extendPorts:
      async () =>
      ({ port_security_enabled }) => ({ port_security_enabled }),
  };
}

function given({ port_security_enabled: wanted }: Json): { port_security_enabled?: boolean } {
  return typeof wanted === "boolean" ? { port_security_enabled: wanted } : {};
}

/** Ports of the cloud itself are not filtered; others as the network has it, unless they say so. */
function ofNewPort(values: Json, network: Network): { port_security_enabled: boolean } {
  if (isTrusted(values.device_owner)) return { port_security_enabled: false };
  return { port_security_enabled: network.port_security_enabled, ...given(values) };
}
