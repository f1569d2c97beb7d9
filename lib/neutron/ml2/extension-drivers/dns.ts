/** Names of ports and networks. Source: neutron/plugins/ml2/extensions/dns_integration.py DNSExtensionDriver, neutron_lib/api/definitions/dns.py. */
import type { NeutronConfig } from "../../config/config.ts";
import type { FixedIp, Port } from "../../core/model.ts";
import { dnsDomainName, dnsHostName, relativeDnsName } from "../../kind/dns.ts";
import { anything } from "../../kind/kind.ts";
import type { ExtensionDriver } from "../extension-driver.ts";

/** neutron_lib/constants.py DNS_DOMAIN_DEFAULT: with it, ports cannot be named. */
const DEFAULT_DOMAIN = "openstacklocal.";

export function dnsDriver(config: NeutronConfig): ExtensionDriver {
  const configured = config.DEFAULT.dns_domain;
  const domain = configured === "" || configured.endsWith(".") ? configured : `${configured}.`;
  const named = domain !== "" && domain !== DEFAULT_DOMAIN;
  const written = { post: true, put: true, default: "" };
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
    networkAttributes: { dns_domain: { kind: dnsDomainName, ...written } },
    portAttributes: { dns_name: { kind: dnsHostName, ...written }, dns_assignment: { kind: anything } },
    floatingIpAttributes: {
      dns_name: { kind: relativeDnsName, post: true, default: "" },
      dns_domain: { kind: dnsDomainName, post: true, default: "" },
    },
    processNetwork: async (_change, { dns_domain }) => (typeof dns_domain === "string" ? { dns_domain } : {}),
    processPort: async (_change, { dns_name }) => (named && typeof dns_name === "string" ? { dns_name } : {}),
    extendNetwork: ({ dns_domain }) => ({ dns_domain }),
    extendPorts: async () => (port) => ({ dns_name: port.dns_name, dns_assignment: assignments(port, domain) }),
  };
}

function assignments(port: Port, domain: string): object[] {
  return port.fixed_ips.map((ip) => assignment(ip, port.dns_name, domain));
}

/** A port without a name is called by its address. _get_dns_names_for_port */
function assignment({ ip_address }: FixedIp, name: string, domain: string): object {
  if (name !== "") return { ip_address, hostname: name, fqdn: name.endsWith(".") ? name : `${name}.${domain}` };
  const hostname = `host-${ip_address.replaceAll(/[.:]/g, "-")}`;
  return { ip_address, hostname, fqdn: domain === "" ? hostname : `${hostname}.${domain}` };
}
