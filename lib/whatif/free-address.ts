import type { CloudApi, NeutronSubnet } from "../api/neutron.ts";
import { formatIp, type IpValue, parseIp } from "../net/address.ts";

/** Enough for any subnet that has one soon. */
const LOOKED_AT = 4096;

/** The first of a subnet's pools that no port has; the service may give another one. */
export function freeAddress(api: CloudApi, { id, allocation_pools }: NeutronSubnet): string | undefined {
  const taken = new Set(
    api.ports.flatMap((port) => port.fixed_ips.filter((ip) => ip.subnet_id === id).map((ip) => ip.ip_address)),
  );
  for (const { start, end } of allocation_pools) {
    const [first, last] = [parseIp(start), parseIp(end)];
    for (let n = 0; first && last && n < LOOKED_AT; n++) {
      const ip = plus(first, n);
      if (ip.value > last.value) break;
      if (!taken.has(formatIp(ip))) return formatIp(ip);
    }
  }
  return undefined;
}

function plus(ip: IpValue, n: number): IpValue {
  return ip.family === 4 ? { family: 4, value: ip.value + n } : { family: 6, value: ip.value + BigInt(n) };
}
