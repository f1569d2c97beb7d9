/** Columns that differ, as words of `ovs-vsctl set` and `remove`. */
import { writeAtom, writeValue } from "../command/ovs/ovsdb-value.ts";
import type { ColumnSetting, VsctlStep, VsctlTable } from "../command/ovs/vsctl-command.ts";
import type { OvsBridge, OvsInterface, OvsPort, OvsState } from "../state.ts";

/** In this order os-vif and Neutron write what tells a port of theirs (os_vif vsctl, OVSInterfaceDriver). */
const FIRST_KEYS = ["iface-id", "iface-status", "attached-mac", "vm-uuid"];

export interface ColumnChanges {
  readonly set: readonly ColumnSetting[];
  /** Map column → keys that go. */
  readonly remove: readonly { readonly column: string; readonly keys: readonly string[] }[];
  readonly clear: readonly string[];
}

type Text = Readonly<Record<string, string>>;

class Changes implements ColumnChanges {
  readonly set: ColumnSetting[] = [];
  readonly remove: { column: string; keys: string[] }[] = [];
  readonly clear: string[] = [];

  map(column: string, before: Text, after: Text): void {
    if (before === after) return;
    const rank = (key: string) => (FIRST_KEYS.includes(key) ? FIRST_KEYS.indexOf(key) : FIRST_KEYS.length);
    const keys = Object.keys(after).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    for (const key of keys)
      if (before[key] !== after[key])
        this.set.push({ column, key: writeAtom(key), value: writeValue(after[key] as string) });
    const gone = Object.keys(before).filter((key) => !(key in after));
    if (gone.length > 0) this.remove.push({ column, keys: gone.map(writeAtom) });
  }

  one(column: string, before: string | number | undefined, after: string | number | undefined): void {
    if (before === after) return;
    if (after === undefined || after === "") this.clear.push(column);
    else this.set.push({ column, value: typeof after === "number" ? String(after) : writeValue(after) });
  }

  list(column: string, before: readonly (string | number)[], after: readonly (string | number)[]): void {
    if (before === after || before.join() === after.join()) return;
    if (after.length === 0) this.clear.push(column);
    else this.set.push({ column, value: after.join(",") });
  }
}

export function bridgeColumns(before: OvsBridge, after: OvsBridge): ColumnChanges {
  const out = new Changes();
  if (before.datapathType !== after.datapathType) out.set.push({ column: "datapath_type", value: after.datapathType });
  out.list("protocols", before.protocols, after.protocols);
  out.map("other_config", before.otherConfig, after.otherConfig);
  out.map("external_ids", before.externalIds, after.externalIds);
  return out;
}

export function portColumns(before: OvsPort, after: OvsPort): ColumnChanges {
  const out = new Changes();
  out.map("other_config", before.otherConfig, after.otherConfig);
  out.map("external_ids", before.externalIds, after.externalIds);
  out.one("tag", before.tag, after.tag);
  out.one("vlan_mode", before.vlanMode, after.vlanMode);
  out.one("bond_mode", before.bondMode, after.bondMode);
  out.list("trunks", before.trunks, after.trunks);
  out.list("cvlans", before.cvlans ?? [], after.cvlans ?? []);
  if ((before.protected ?? false) !== (after.protected ?? false))
    out.set.push({ column: "protected", value: String(after.protected ?? false) });
  return out;
}

/** os-vif writes `external-ids`. */
export function interfaceColumns(before: OvsInterface, after: OvsInterface): ColumnChanges {
  const out = new Changes();
  if (before.type !== after.type) out.set.push({ column: "type", value: after.type === "" ? '""' : after.type });
  out.map("options", before.options, after.options);
  out.map("external-ids", before.externalIds, after.externalIds);
  return out;
}

export function rootColumns(before: OvsState, after: OvsState): ColumnChanges {
  const out = new Changes();
  out.map("other_config", before.otherConfig, after.otherConfig);
  out.map("external_ids", before.externalIds, after.externalIds);
  return out;
}

/** One `set` for all that is set, one `remove` for each map. */
export function columnSteps(table: VsctlTable, record: string, changes: ColumnChanges): VsctlStep[] {
  const steps: VsctlStep[] = [];
  for (const { column, keys } of changes.remove)
    steps.push({ kind: "remove", ifExists: false, table, record, column, values: keys });
  if (changes.clear.length > 0) steps.push({ kind: "clear", ifExists: false, table, record, columns: changes.clear });
  if (changes.set.length > 0) steps.push({ kind: "set", ifExists: false, table, record, settings: changes.set });
  return steps;
}
