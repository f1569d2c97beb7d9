/** iptables-save as data. Owned with parse.ts and print.ts; `parse(print(x))` equals `x`. */

export interface IptablesRuleset {
  family: 4 | 6;
  tables: IptablesTable[];
}
export interface IptablesTable {
  name: "raw" | "mangle" | "nat" | "filter" | "security";
  chains: IptablesChain[];
}
export interface IptablesChain {
  name: string;
  /** Built-in chains have a policy; user chains none. */
  policy?: "ACCEPT" | "DROP";
  packets: number;
  bytes: number;
  rules: IptablesRule[];
}
export interface IptablesRule {
  packets: number;
  bytes: number;
  matches: IptablesMatch[];
  target: IptablesTarget;
  /** Present when something in the rule is unknown to us: such a rule is undecidable. */
  unsupported?: string;
  /** The rule as printed, without counters: `-A chain …`. */
  text: string;
}
/** The syntax owner replaces these by full discriminated unions. */
export type IptablesMatch = { kind: string };
export type IptablesTarget = { kind: string };
