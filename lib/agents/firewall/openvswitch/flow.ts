/** Flows of the native firewall from the words that `ovs-ofctl dump-flows` has for them; equal actions are read once. */
import { writtenAsShown } from "../../../host/command/ovs/flow-table.ts";
import { INTEGRATION } from "../../../net/neutron-tables.ts";
import type { Action, Flow, MatchField } from "../../../net/openflow/ast.ts";
import { parseActions } from "../../../net/openflow/parse-actions.ts";

/** One line: table and priority, the fields in the order of a dump, and actions. */
export type Line = readonly [table: number, priority: number, fields: readonly MatchField[], actions: string];

const known = new Map<string, Action[]>();
const MOST_KNOWN = 4096;

export function flow([table, priority, fields, actions]: Line, cookie: string): Flow {
  return writtenAsShown({
    ...{ table, priority, cookie, packets: 0, bytes: 0, duration: 0, idleTimeout: 0, hardTimeout: 0, flags: [] },
    match: { fields: [...fields] },
    actions: actionsOf(actions),
  });
}

function actionsOf(text: string): Action[] {
  let actions = known.get(text);
  if (!actions) {
    actions = parseActions(text);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(text, actions);
  }
  return actions;
}

/** A field; a protocol word has no value. An address may have a prefix length, a number a mask, after a slash. */
export function is(name: string, value: string | number = ""): MatchField {
  const [base = "", mask] = String(value).split("/");
  return mask === undefined ? { name, value: base } : { name, value: base, mask };
}

/** The port that a packet comes from or goes to. neutron/agent/linux/openvswitch_firewall/constants.py */
export function regPort(ofport: number): MatchField {
  return is("reg5", hex(ofport));
}

/** The local VLAN of its network. */
export function regNet(vlan: number): MatchField {
  return is("reg6", hex(vlan));
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

export function resubmit(table: keyof typeof INTEGRATION): string {
  return `resubmit(,${INTEGRATION[table]})`;
}

/** Register 6 is the zone, too. */
export const ZONE = "zone=NXM_NX_REG6[0..15]";
export const COMMIT = `ct(commit,${ZONE})`;

export function track(table: keyof typeof INTEGRATION): string {
  return `ct(table=${INTEGRATION[table]},${ZONE})`;
}
