/**
 * Actions as a switch tells them to one who speaks OpenFlow 1.0, as `ovs-ofctl` does unless told otherwise: fields that it had
 * are set by its own actions, others by Nicira's `load`, tables are resubmitted to (lib/ofp-actions.c encode_SET_FIELD and its kin).
 */
import type { Action } from "../../net/openflow/ast.ts";
import { findField } from "../../net/openflow/field.ts";
import { parseFieldValue, wordsToBig } from "../../net/openflow/value.ts";

const OWN: Readonly<Record<string, Extract<Action, { kind: "mod" }>["field"]>> = {
  eth_src: "dl_src",
  eth_dst: "dl_dst",
  ip_src: "nw_src",
  ip_dst: "nw_dst",
  tcp_src: "tp_src",
  tcp_dst: "tp_dst",
  udp_src: "tp_src",
  udp_dst: "tp_dst",
};

const VID = 0xfff;

export function asOpenFlow10(actions: readonly Action[]): Action[] {
  const out: Action[] = [];
  for (const [i, action] of actions.entries()) {
    const next = actions[i + 1];
    // A tag is pushed by setting its id.
    if (action.kind === "push_vlan" && next?.kind === "set_field" && next.field === "vlan_vid") continue;
    out.push(one(action, actions[i - 1]));
  }
  return out;
}

function one(action: Action, before: Action | undefined): Action {
  switch (action.kind) {
    case "goto_table":
      return { kind: "resubmit", table: action.table, ct: false };
    case "pop_vlan":
      return { kind: "pop_vlan", word: "strip_vlan" };
    case "set_field":
      return setField(action, before?.kind === "push_vlan");
    case "clone":
    case "write_actions":
      return { ...action, actions: asOpenFlow10(action.actions) };
    default:
      return action;
  }
}

function setField(action: Extract<Action, { kind: "set_field" }>, pushed: boolean): Action {
  const { field: name, value, mask } = action;
  if (mask !== undefined) return action;
  if (name === "vlan_vid") return { kind: "set_vlan_vid", vid: Number(value) & VID, push: pushed };
  const own = OWN[name];
  if (own) return { kind: "mod", field: own, value };
  const field = findField(name);
  const read = field && parseFieldValue(field, value);
  const long = field?.nxm ?? field?.oxm;
  if (!field || !read || long === undefined || field.bits > 64) return action;
  return { kind: "load", value: `0x${wordsToBig(read.value).toString(16)}`, target: { field: long } };
}
