/** `ovs-vsctl` as data: one transaction of several commands (utilities/ovs-vsctl.c). */

export type VsctlTable = "Bridge" | "Port" | "Interface" | "Open_vSwitch";

/** `column=value` or `column:key=value`, as written: values keep their quotes, columns `-` or `_`. */
export interface ColumnSetting {
  readonly column: string;
  readonly key?: string;
  readonly value: string;
}

export type VsctlStep =
  | { readonly kind: "add-br"; readonly mayExist: boolean; readonly bridge: string }
  | { readonly kind: "del-br"; readonly ifExists: boolean; readonly bridge: string }
  | {
      readonly kind: "add-port";
      readonly mayExist: boolean;
      readonly bridge: string;
      readonly port: string;
      readonly settings: readonly ColumnSetting[];
    }
  | {
      readonly kind: "add-bond";
      readonly mayExist: boolean;
      readonly bridge: string;
      readonly port: string;
      readonly interfaces: readonly string[];
      readonly settings: readonly ColumnSetting[];
    }
  | { readonly kind: "del-port"; readonly ifExists: boolean; readonly bridge?: string; readonly port: string }
  | {
      readonly kind: "set";
      readonly ifExists: boolean;
      readonly table: VsctlTable;
      readonly record: string;
      readonly settings: readonly ColumnSetting[];
    }
  | {
      readonly kind: "add" | "remove";
      readonly ifExists: boolean;
      readonly table: VsctlTable;
      readonly record: string;
      readonly column: string;
      /** `value`, `key` or `key=value`, as written. */
      readonly values: readonly string[];
    }
  | {
      readonly kind: "clear";
      readonly ifExists: boolean;
      readonly table: VsctlTable;
      readonly record: string;
      readonly columns: readonly string[];
    }
  | { readonly kind: "set-fail-mode"; readonly bridge: string; readonly mode: "standalone" | "secure" }
  | { readonly kind: "del-fail-mode"; readonly bridge: string }
  | { readonly kind: "set-controller"; readonly bridge: string; readonly targets: readonly string[] }
  | { readonly kind: "del-controller"; readonly bridge: string }
  /** Only asks: the words as they are, with its options. */
  | { readonly kind: "query"; readonly options: readonly string[]; readonly words: readonly string[] };

export interface VsctlCommand {
  readonly tool: "ovs-vsctl";
  /** `--timeout=10`, `--no-wait`, `--columns=…`, … before the first command, as written. */
  readonly options: readonly string[];
  readonly steps: readonly VsctlStep[];
}

export const QUERIES: readonly string[] = [
  ...["show", "list-br", "br-exists", "br-to-vlan", "br-to-parent", "list-ports", "list-ifaces", "port-to-br"],
  ...["iface-to-br", "get-controller", "get-fail-mode", "get-manager", "get", "list", "find", "br-get-external-id"],
  ...["init", "emer-reset", "wait-until", "comment", "get-ssl", "get-aa-mapping"],
];
