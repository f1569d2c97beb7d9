/** `iptables`, `ip6tables` and their `-restore` as data. */
import type { IptablesTable } from "../../../net/iptables/ast.ts";

export type TableName = IptablesTable["name"];

/** What changes one table. A rule is what follows the chain's name, with quotes where iptables-save has them. */
export type TableChange =
  | { readonly op: "append"; readonly chain: string; readonly rule: string }
  | { readonly op: "delete" | "check"; readonly chain: string; readonly rule: string }
  | { readonly op: "insert"; readonly chain: string; readonly number: number; readonly rule: string }
  | { readonly op: "replace"; readonly chain: string; readonly number: number; readonly rule: string }
  | { readonly op: "delete-number"; readonly chain: string; readonly number: number }
  | { readonly op: "new-chain"; readonly chain: string }
  /** All chains when none is named. */
  | { readonly op: "delete-chain" | "flush"; readonly chain?: string }
  /** With a number, of that rule alone. */
  | { readonly op: "zero"; readonly chain?: string; readonly number?: number }
  | { readonly op: "rename"; readonly chain: string; readonly to: string }
  | { readonly op: "policy"; readonly chain: string; readonly policy: "ACCEPT" | "DROP" }
  /** `-S`, `-L` and the like: ask only. */
  | { readonly op: "query"; readonly words: readonly string[] };

/** A line of iptables-restore's input: `:chain policy [packets:bytes]`, or a change. */
export type RestoreLine =
  | {
      readonly op: "chain";
      readonly chain: string;
      readonly policy?: "ACCEPT" | "DROP";
      readonly packets: number;
      readonly bytes: number;
    }
  | (TableChange & { readonly counters?: { readonly packets: number; readonly bytes: number } });

export interface RestoreTable {
  readonly table: TableName;
  readonly lines: readonly RestoreLine[];
}

export type IptablesCommand =
  | {
      readonly tool: "iptables";
      readonly kind: "change";
      readonly family: 4 | 6;
      /** `filter` when absent. */
      readonly table?: TableName;
      /** `-w`, `-w 10`, `-n`, `-v` …, as written. */
      readonly options: readonly string[];
      readonly change: TableChange;
    }
  | {
      readonly tool: "iptables";
      readonly kind: "restore";
      readonly family: 4 | 6;
      /** Without it each table that is named is emptied first. */
      readonly noflush: boolean;
      readonly options: readonly string[];
      readonly tables: readonly RestoreTable[];
    };

export function isTableName(name: string): name is TableName {
  return name === "raw" || name === "mangle" || name === "nat" || name === "filter" || name === "security";
}
