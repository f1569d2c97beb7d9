/** Names of ports and networks. Source: neutron/plugins/ml2/extensions/dns_integration.py DNSExtensionDriver, neutron_lib/api/definitions/dns.py. */
import type { NeutronConfig } from "../../config/config.ts";
import type { FixedIp } from "../../core/model.ts";
import { anything, text } from "../../kind/kind.ts";
import type { ExtensionDriver } from "../extension-driver.ts";

const FQDN_SIZE = 255;

export function dnsDriver(config: NeutronConfig): ExtensionDriver {
  const domain = config.DEFAULT.dns_domain;
  const suffix = domain === "" || domain.endsWith(".") ? domain : `${domain}.`;
  const attribute = { kind: text(FQDN_SIZE), post: true, put: true, default: "" };
  return {
    name: "dns",
    extensions: [
      {
        alias: "dns-integration",
        name: "DNS Integration",
        description: "Provides integration with DNS.",
        updated: "2015-08-15T18:00:00-00:00",
      },
    ],
    networkAttributes: { dns_domain: attribute },
    portAttributes: { dns_name: attribute, dns_assignment: { kind: anything } },
    processNetwork: async (_change, { dns_domain }) => (typeof dns_domain === "string" ? { dns_domain } : {}),
    processPort: async (_change, { dns_name }) => (typeof dns_name === "string" ? { dns_name } : {}),
    extendNetwork: ({ dns_domain }) => ({ dns_domain }),
    extendPorts: async () => (port) => ({
      dns_name: port.dns_name,
      dns_assignment: port.fixed_ips.map((ip) => assignment(ip, port.dns_name, suffix)),
    }),
  };
}

/** A port without a name is called by its address. dns_db.py get_dns_names_for_port, dns_integration.py _get_dns_assignment */
function assignment({ ip_address }: FixedIp, name: string, suffix: string) {
  const hostname = name === "" ? `host-${ip_address.replaceAll(/[.:]/g, "-")}` : name;
  return { ip_address, hostname, fqdn: suffix === "" || hostname.endsWith(".") ? hostname : `${hostname}.${suffix}` };
}
