/** Flows as the agent installs them, in the words that Open vSwitch would dump them in. */
import { writtenAsShown } from "../../../host/command/ovs/flow-table.ts";
import { matchedAddress } from "../../../net/address.ts";
import type { Action, Flow, MatchField } from "../../../net/openflow/ast.ts";

/** A flow without its cookie, which a bridge gives to all of its agent's flows. */
export type Rule = Omit<Flow, "cookie">;

/** Fields in the order of a dump: protocol word, registers, in_port, VLAN, Ethernet, the rest. */
export type Fields = readonly MatchField[];

export function rule(table: number, priority: number, fields: Fields, actions: Action[]): Rule {
  return {
    table,
    priority,
    packets: 0,
    bytes: 0,
    duration: 0,
    idleTimeout: 0,
    hardTimeout: 0,
    flags: [],
    match: { fields: [...fields] },
    actions,
  };
}

export function withCookie(one: Rule, cookie: string): Flow {
  return writtenAsShown({ ...one, cookie });
}

export const ANY: Fields = [];
export const DROP: Action[] = [];

export function is(name: string, value: string | number = "", mask?: string): MatchField {
  return mask === undefined ? { name, value: String(value) } : { name, value: String(value), mask };
}

/** @param address with or without a prefix length, which is not 0 */
export function isNetwork(name: string, address: string): MatchField {
  const [base = "", prefix] = (matchedAddress(address) ?? address).split("/");
  return is(name, base, prefix);
}

export const UNTAGGED = is("vlan_tci", "0x0000", "0x1fff");

/** Frames of a VLAN, or those without any. */
export function inVlan(vlan: number | null): MatchField {
  return vlan === null ? UNTAGGED : is("dl_vlan", vlan);
}

export function goto(table: number): Action {
  return { kind: "goto_table", table };
}

export function output(port: number): Action {
  return { kind: "output", port };
}

export const NORMAL: Action = { kind: "output", port: "NORMAL" };
export const IN_PORT: Action = { kind: "output", port: "IN_PORT" };
export const POP_VLAN: Action = { kind: "pop_vlan", word: "pop_vlan" };
export const PUSH_VLAN: Action = { kind: "push_vlan", ethType: 0x8100 };

export function set(field: string, value: string | number): Action {
  return { kind: "set_field", value: String(value), field };
}

/** OFPVID_PRESENT stands in the number that OpenFlow 1.3 sets. */
export function setVlan(vlan: number): Action {
  return set("vlan_vid", vlan | 0x1000);
}

export function setTunnel(key: number): Action {
  return set("tun_id", `0x${key.toString(16)}`);
}

export function move(from: string, to: string): Action {
  return { kind: "move", source: { field: from }, target: { field: to } };
}
