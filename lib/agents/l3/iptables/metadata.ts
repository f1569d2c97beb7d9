/**
 * Requests to 169.254.169.254 go to the proxy in the router's namespace, and nobody else does.
 * Source: neutron/agent/metadata/driver.py, agent/l3/router_info.py initialize_metadata_iptables.
 */
import { bothOf, type Firewall, ROUTER_MASK } from "./base.ts";

export const METADATA_PORT = 9697;
const METADATA_ADDRESS = { 4: "169.254.169.254/32", 6: "fe80::a9fe:a9fe/128" } as const;
/** metadata_access_mark */
const MARK = `0x1/${ROUTER_MASK}`;

const toMetadata = (family: 4 | 6) => `-d ${METADATA_ADDRESS[family]} -i qr-+ -p tcp -m tcp --dport 80`;

/** Marks requests from the start, so that those that come too early are dropped. */
export function markMetadata(firewall: Firewall): void {
  for (const tables of bothOf(firewall))
    tables.add("mangle", "$PREROUTING", `${toMetadata(tables.family)} -j MARK --set-xmark ${MARK}`);
}

export function redirectMetadata(firewall: Firewall): void {
  for (const tables of bothOf(firewall)) {
    tables.add("filter", "$INPUT", `-m mark --mark ${MARK} -j ACCEPT`);
    tables.add("filter", "$INPUT", `-p tcp -m tcp --dport ${METADATA_PORT} -j DROP`);
    tables.add("nat", "$PREROUTING", `${toMetadata(tables.family)} -j REDIRECT --to-ports ${METADATA_PORT}`);
  }
}
