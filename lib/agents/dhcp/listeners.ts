/** Sockets of dnsmasq and of the metadata proxy in a namespace. Source: dnsmasq's create_bound_listeners; neutron/agent/metadata/driver.py. */
import type { Address, Listener } from "../../host/state.ts";

export const METADATA_V4 = "169.254.169.254";
export const METADATA_V6 = "fe80::a9fe:a9fe";

const DNS_PORT = 53;

/** @param addresses of the namespace @param serves6 whether clients get IPv6 addresses */
export function dnsmasqListeners(addresses: readonly Address[], serves6: boolean): Listener[] {
  const process = "dnsmasq";
  const names = addresses.flatMap(({ address, dev, scope }) =>
    (["udp", "tcp"] as const).map(
      (proto): Listener => ({ proto, address, port: DNS_PORT, ...(scope === "link" && { dev }), process }),
    ),
  );
  return [
    ...names,
    { proto: "udp", address: "0.0.0.0", port: 67, process },
    ...(serves6 ? [{ proto: "udp", address: "::", port: 547, process } as const] : []),
  ];
}

export function proxyListeners(device: string): Listener[] {
  const process = "haproxy";
  return [
    { proto: "tcp", address: METADATA_V4, port: 80, process },
    { proto: "tcp", address: METADATA_V6, port: 80, dev: device, process },
  ];
}
