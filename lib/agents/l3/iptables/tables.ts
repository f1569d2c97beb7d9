/**
 * The chains and rules of one agent, as it keeps them, and as iptables-save shows them. Every chain of the agent's own is
 * "wrapped": it has the agent's name in front, so that agents do not get in each other's way.
 * Source: neutron/agent/linux/iptables_manager.py.
 */
import type { IptablesTable } from "../../../net/iptables/ast.ts";

/** neutron-l3-agent is as long as iptables_manager.py lets the name of a binary be. */
export const WRAP = "neutron-l3-agent";
/** neutron_lib.constants.MAX_IPTABLES_CHAIN_LEN_WRAP */
const WRAPPED_NAME_LENGTH = 11;

export type TableName = IptablesTable["name"];

/** Built-in chains, in the order of the hooks, as iptables-save lists them. */
const BUILT_IN: Readonly<Record<TableName, readonly string[]>> = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  security: ["INPUT", "FORWARD", "OUTPUT"],
};

/** The order of tables in iptables-save 1.8 (iptables/nft.h enum nft_table_type). */
const TABLE_ORDER: readonly TableName[] = ["mangle", "security", "raw", "filter", "nat"];

export class Tables {
  readonly family: 4 | 6;
  private readonly tables = new Map<TableName, Map<string, string[]>>();

  constructor(family: 4 | 6) {
    this.family = family;
  }

  /** @param name `$name` for a chain of the agent's own */
  chain(table: TableName, name: string): void {
    const chains = this.chainsOf(table);
    if (!chains.has(unwrap(name))) chains.set(unwrap(name), []);
  }

  /** Appends a rule, without the `-A chain` before it; `$name` in it is a chain of the agent's own. */
  add(table: TableName, chain: string, rule: string): void {
    this.chain(table, chain);
    this.chainsOf(table).get(unwrap(chain))?.push(rule.replaceAll(/\$\S+/g, unwrap));
  }

  /** As iptables-save prints it: built-in chains by hook, others by name. */
  toString(): string {
    const lines: string[] = [];
    for (const name of TABLE_ORDER) {
      const chains = this.tables.get(name);
      if (!chains) continue;
      const builtIn = BUILT_IN[name];
      const order = [...builtIn, ...[...chains.keys()].filter((one) => !builtIn.includes(one)).sort()];
      lines.push(`*${name}`);
      for (const one of order) lines.push(`:${one} ${builtIn.includes(one) ? "ACCEPT" : "-"} [0:0]`);
      for (const one of order) for (const rule of chains.get(one) ?? []) lines.push(`-A ${one} ${rule}`);
      lines.push("COMMIT");
    }
    return `${lines.join("\n")}\n`;
  }

  private chainsOf(table: TableName): Map<string, string[]> {
    const known = this.tables.get(table);
    if (known) return known;
    const chains = new Map<string, string[]>();
    this.tables.set(table, chains);
    return chains;
  }
}

function unwrap(name: string): string {
  return name.startsWith("$") ? `${WRAP}-${name.slice(1, 1 + WRAPPED_NAME_LENGTH)}` : name;
}
