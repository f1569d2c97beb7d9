/** What every namespace of an L3 agent has, before any router. Source: neutron/agent/linux/iptables_manager.py IptablesManager. */
import { Tables } from "./tables.ts";

export interface Firewall {
  readonly v4: Tables;
  readonly v6: Tables;
}

export const bothOf = ({ v4, v6 }: Firewall): readonly Tables[] => [v4, v6];

/** Changes of address scopes and NAT are in the upper 16 bits of a mark, what the agent itself says in the lower ones. */
export const SCOPE_MASK = "0xffff0000";
export const ROUTER_MASK = "0xffff";

export function newFirewall(): Firewall {
  const firewall = { v4: new Tables(4), v6: new Tables(6) };
  for (const tables of bothOf(firewall)) {
    tables.add("filter", "FORWARD", "-j neutron-filter-top");
    tables.add("filter", "OUTPUT", "-j neutron-filter-top");
    tables.add("filter", "neutron-filter-top", "-j $local");
    tables.chain("filter", "$local");
    for (const chain of ["INPUT", "OUTPUT", "FORWARD"]) wrapBuiltIn(tables, "filter", chain);
    for (const chain of ["PREROUTING", "OUTPUT"]) wrapBuiltIn(tables, "raw", chain);
    for (const chain of ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"])
      wrapBuiltIn(tables, "mangle", chain);
    wrapBuiltIn(tables, "nat", "PREROUTING");
  }
  const { v4 } = firewall;
  v4.add("mangle", "$PREROUTING", "-j $mark");
  v4.chain("mangle", "$mark");
  for (const chain of ["OUTPUT", "POSTROUTING"]) wrapBuiltIn(v4, "nat", chain);
  v4.add("nat", "POSTROUTING", "-j neutron-postrouting-bottom");
  v4.add(
    "nat",
    "neutron-postrouting-bottom",
    '-m comment --comment "Perform source NAT on outgoing traffic." -j $snat',
  );
  v4.chain("nat", "$snat");
  v4.chain("nat", "$float-snat");
  return firewall;
}

function wrapBuiltIn(tables: Tables, table: "filter" | "raw" | "mangle" | "nat", chain: string): void {
  tables.add(table, chain, `-j $${chain}`);
  tables.chain(table, `$${chain}`);
}
