/** How dnsmasq is started. Source: neutron/agent/linux/dhcp.py Dnsmasq._build_cmdline_callback. */
import { formatIpv4, formatIpv6, networkOf, parseCidr } from "../../net/address.ts";
import type { NetworkView, SubnetView } from "../view.ts";
import type { DhcpConfig } from "./config.ts";

export function dnsmasqCommand(network: NetworkView, config: DhcpConfig): string {
  const file = (kind: string) => `${config.directory}/${network.id}/${kind}`;
  const served = network.subnets.filter((one) => one.enableDhcp).flatMap((one) => range(one, config) ?? []);
  const leases = served.reduce((sum, one) => sum + one.size, 0);
  const words = [
    "dnsmasq",
    "--no-hosts",
    config.dnsServers.length > 0 || !config.localResolv ? "--no-resolv" : "",
    `--pid-file=${file("pid")}`,
    `--dhcp-hostsfile=${file("host")}`,
    `--addn-hosts=${file("addn_hosts")}`,
    `--dhcp-optsfile=${file("opts")}`,
    `--dhcp-leasefile=${file("leases")}`,
    "--dhcp-match=set:ipxe,175",
    "--dhcp-userclass=set:ipxe6,iPXE",
    "--local-service",
    "--bind-dynamic",
    ...served.map((one) => one.option),
    network.mtu > 0 ? `--dhcp-option-force=option:mtu,${network.mtu}` : "",
    `--dhcp-lease-max=${Math.min(leases, config.leaseMax)}`,
    config.renewalTime > 0 ? `--dhcp-option-force=option:T1,${config.renewalTime}s` : "",
    config.rebindingTime > 0 ? `--dhcp-option-force=option:T2,${config.rebindingTime}s` : "",
    `--conf-file=${config.configFile}`,
    ...config.dnsServers.map((one) => `--server=${one}`),
    config.domain === "" ? "" : `--domain=${config.domain}`,
    config.broadcastReply ? "--dhcp-broadcast" : "",
  ];
  return words.filter((word) => word !== "").join(" ");
}

/** undefined: clients of this subnet get no addresses from dnsmasq. */
function range(subnet: SubnetView, config: DhcpConfig): { option: string; size: number } | undefined {
  const { ipVersion, ipv6AddressMode: mode } = subnet;
  const cidr = parseCidr(subnet.cidr);
  if (!cidr) return undefined;
  const byDhcp = ipVersion === 4 || (mode === null ? subnet.ipv6RaMode === null : mode !== "slaac");
  if (!byDhcp || (ipVersion === 6 && cidr.prefix < 64)) return undefined;
  const lease = config.leaseDuration === -1 ? "infinite" : `${config.leaseDuration}s`;
  const network = networkOf(cidr);
  const [base, mask, bits] =
    network.family === 4
      ? [formatIpv4(network.base), formatIpv4(netmask(cidr.prefix)), 32]
      : [formatIpv6(network.base), String(cidr.prefix), 128];
  return {
    option: `--dhcp-range=set:subnet-${subnet.id},${base},static,${mask},${lease}`,
    size: 2 ** (bits - cidr.prefix),
  };
}

function netmask(prefix: number): number {
  return prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0;
}
