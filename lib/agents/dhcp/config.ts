/** dhcp_agent.ini, as far as it says what is on the host. Source: neutron/conf/agent/dhcp.py, neutron/conf/agent/common.py. */
import type { HostState } from "../../host/state.ts";
import type { HostSettings } from "../view.ts";

export interface DhcpConfig {
  /** Directory of the files for dnsmasq, one below it for each network. */
  readonly directory: string;
  readonly domain: string;
  /** Seconds; -1 is forever. */
  readonly leaseDuration: number;
  readonly leaseMax: number;
  readonly renewalTime: number;
  readonly rebindingTime: number;
  readonly dnsServers: readonly string[];
  readonly localResolv: boolean;
  readonly broadcastReply: boolean;
  readonly configFile: string;
  readonly isolatedMetadata: boolean;
  readonly forceMetadata: boolean;
}

const STATE = "/var/lib/neutron";

export function dhcpConfig(settings: HostSettings, host: HostState): DhcpConfig {
  const own = host.config["dhcp_agent.ini"]?.DEFAULT ?? {};
  return {
    directory: own.dhcp_confs?.replace("$state_path", STATE) ?? `${STATE}/dhcp`,
    domain: own.dns_domain ?? settings.dnsDomain,
    leaseDuration: settings.dhcpLeaseDuration,
    leaseMax: number(own.dnsmasq_lease_max, 2 ** 24),
    renewalTime: number(own.dhcp_renewal_time, 0),
    rebindingTime: number(own.dhcp_rebinding_time, 0),
    dnsServers: list(own.dnsmasq_dns_servers),
    localResolv: isTrue(own.dnsmasq_local_resolv),
    broadcastReply: isTrue(own.dhcp_broadcast_reply),
    configFile: own.dnsmasq_config_file?.trim() || "/dev/null",
    isolatedMetadata: isTrue(own.enable_isolated_metadata),
    forceMetadata: isTrue(own.force_metadata),
  };
}

function isTrue(text: string | undefined): boolean {
  return ["true", "1", "yes", "on"].includes((text ?? "").toLowerCase());
}

function number(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return text === undefined || Number.isNaN(value) ? otherwise : value;
}

function list(text: string | undefined): string[] {
  return (text ?? "").split(",").flatMap((one) => one.trim() || []);
}
