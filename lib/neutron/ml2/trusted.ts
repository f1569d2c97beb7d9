/** Ports of the cloud itself (of routers, DHCP servers, …) are in no security group. neutron_lib/utils/net.py is_port_trusted */
export function isTrusted(deviceOwner: unknown): boolean {
  return typeof deviceOwner === "string" && deviceOwner.startsWith("network:");
}
