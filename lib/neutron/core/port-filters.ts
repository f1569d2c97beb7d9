/** `fixed_ips=ip_address=10.0.0.3`, `…=subnet_id=ID`, `…=ip_address_substr=10.0`. Source: neutron/db/db_base_plugin_v2.py _get_ports_query, neutron/plugins/ml2/plugin.py. */
import { canonicalIp } from "../../net/address.ts";
import { invalidInput } from "../errors.ts";

/** All of the names that are asked for must hold, each for one of its values, for some address of the port. */
export function matchFixedIps(value: unknown, wanted: readonly string[]): boolean {
  if (!Array.isArray(value)) return false;
  const addresses = value.map((ip: { ip_address: string; subnet_id: string }) => ip);
  const { ip_address, subnet_id, ip_address_substr } = byName(wanted);
  const one = (asked: readonly string[] | undefined, holds: (text: string) => boolean) => !asked || asked.some(holds);
  return (
    one(ip_address, (text) => addresses.some((ip) => ip.ip_address === (canonicalIp(text) ?? text))) &&
    one(subnet_id, (text) => addresses.some((ip) => ip.subnet_id === text)) &&
    one(ip_address_substr, (text) => addresses.some((ip) => ip.ip_address.includes(text)))
  );
}

export function byName(wanted: readonly string[]): Record<string, string[] | undefined> {
  const found: Record<string, string[]> = {};
  for (const text of wanted) {
    const at = text.indexOf("=");
    if (at < 1) throw invalidInput(`'${text}' is not of the form <key>=[value]`);
    const name = text.slice(0, at);
    found[name] = [...(found[name] ?? []), text.slice(at + 1)];
  }
  return found;
}
