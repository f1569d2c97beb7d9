/**
 * Runs actions over a packet: the interpreter is the tracer. Mirrors do_xlate_actions and what it calls in
 * ofproto/ofproto-dpif-xlate.c of Open vSwitch 3.1; function names in comments are from there.
 */
import { orderActionSet } from "./actionset.ts";
import { makeRule } from "./bridge.ts";
import { track } from "./conntrack.ts";
import { runGroup } from "./group.ts";
import { giveBack, hasField, keyMark, lendKey, UNSET_PORT, VLAN_CFI, W } from "./key.ts";
import { learnedFlow, readRuns } from "./learn.ts";
import { isIp, runTable } from "./lookup.ts";
import { outputPort, outputTo, sendToController } from "./output.ts";
import type { Op } from "./program.ts";
import { move, noteRewrite, write, writeRuns } from "./rewrite.ts";
import { briefFlow, clearConntrack, type Interpreter, type Run } from "./run.ts";
import { fixTpid, popVlan, pushVlan } from "./vlan.ts";

/** do_xlate_actions */
export function runOps(run: Run, ops: readonly Op[], start = 0): void {
  if (ops.length === 0) {
    run.drop("flow");
    return;
  }
  for (let i = start; i < ops.length; i++) {
    if (run.failed || run.exit) return;
    const op = ops[i] as Op;
    if (run.note) run.noteAction(op);
    if (op.op === "check_pkt_larger") {
      runCheckLength(run, op, ops, i + 1);
      return;
    }
    if (!runOp(run, op)) return;
  }
}

/** False ends the list that the operation stands in. */
function runOp(run: Run, op: Op): boolean {
  const key = run.key;
  switch (op.op) {
    case "output":
      outputTo(run, op.port);
      return true;
    case "output_reg": {
      const port = readRuns(key, op.source);
      if (port <= 0xffffn) outputTo(run, Number(port));
      else run.suppress("no-such-port");
      return true;
    }
    case "controller":
      sendToController(run, "action");
      return true;
    case "enqueue":
      if (op.port === 0xfff8) outputPort(run, key[W.IN_PORT] as number);
      else if (op.port !== key[W.IN_PORT]) outputPort(run, op.port);
      return true;
    case "group":
      return runGroup(run, op.id);
    case "set":
      if (hasField(op.field, key) && !(op.field.name === "nw_proto" && (key[W.NW_FRAG] as number) & 2)) {
        noteRewrite(run, op, () => write(key, op.writes));
        if (op.vlan) fixTpid(key);
      }
      return true;
    case "set_vlan": {
      const tci = key[W.VLAN0] as number;
      if (tci & VLAN_CFI || op.push) {
        key[W.VLAN0] = (tci & ~op.mask) | op.value | VLAN_CFI;
        fixTpid(key);
      }
      return true;
    }
    case "pop_vlan":
      popVlan(key);
      return true;
    case "push_vlan":
      pushVlan(key, op.ethType);
      return true;
    case "move":
      if (hasField(op.target, key) && hasField(op.source, key)) {
        noteRewrite(run, { field: op.target }, () => move(key, op.from, op.to));
        if (op.vlan) fixTpid(key);
      }
      return true;
    case "push":
      run.stack.push(readRuns(key, op.source));
      return true;
    case "pop": {
      const value = run.stack.pop();
      if (value === undefined) return true;
      writeRuns(key, op.target, value);
      if (op.vlan) fixTpid(key);
      return true;
    }
    case "dec_ttl":
      return decrementTtl(run, op.controllers);
    case "resubmit": {
      const port = op.port === undefined || op.port === 0xfff8 ? (key[W.IN_PORT] as number) : op.port;
      const table = op.table === undefined || op.table === 255 ? run.table : op.table;
      runTable(run, port, table, op.ct);
      return true;
    }
    case "goto_table":
      runTable(run, key[W.IN_PORT] as number, op.table);
      return true;
    case "learn":
      learn(run, op);
      return true;
    case "ct":
      track(run, op);
      return true;
    case "ct_clear":
      if (run.tracked) clearConntrack(run);
      return true;
    case "clone":
      runClone(run, op.program);
      return true;
    case "clear_actions":
      run.actionSet = [];
      run.actionSetHasGroup = false;
      key[W.ACTSET_OUTPUT] = UNSET_PORT;
      return true;
    case "write_actions":
      writeActions(run, op.program);
      return true;
    case "exit":
      run.exit = true;
      return true;
    case "nothing":
    case "check_pkt_larger":
      return true;
    case "unknown":
      run.unknown(op.what);
      run.exit = true;
      return true;
  }
}

/** compose_dec_ttl; false stops the list. */
function decrementTtl(run: Run, controllers: number): boolean {
  const key = run.key;
  if (!isIp(key)) return true;
  const ttl = key[W.NW_TTL] as number;
  if (ttl > 1) {
    key[W.NW_TTL] = ttl - 1;
    return true;
  }
  for (let i = 0; i < controllers; i++) sendToController(run, "invalid_ttl");
  run.drop("ttl");
  return false;
}

/** xlate_write_actions__ */
function writeActions(run: Run, ops: readonly Op[]): void {
  if (!run.actionSetHasGroup) {
    for (const op of ops) {
      if (op.op === "output") run.key[W.ACTSET_OUTPUT] = op.port;
      else if (op.op === "group") {
        run.key[W.ACTSET_OUTPUT] = UNSET_PORT;
        run.actionSetHasGroup = true;
        break;
      }
    }
  }
  run.actionSet = [...run.actionSet, ...ops];
}

/** xlate_action_set */
export function runActionSet(run: Run): void {
  const set = run.actionSet;
  if (set.length === 0) return;
  run.actionSet = [];
  const ops = orderActionSet(set);
  if (ops.length > 0) runOps(run, ops);
}

/** clone_xlate_actions: nothing of what the list does to the packet, the stack or the action set stays. */
export function runClone(run: Run, ops: readonly Op[]): void {
  const { key, stack, actionSet, tracked, actionSetHasGroup } = run;
  const mark = keyMark();
  run.key = lendKey(key);
  run.stack = [...stack];
  runOps(run, ops);
  if (!run.failed) runActionSet(run);
  giveBack(mark);
  run.key = key;
  run.stack = stack;
  run.actionSet = actionSet;
  run.actionSetHasGroup = actionSetHasGroup;
  run.tracked = tracked;
}

/** xlate_check_pkt_larger, with the length that the packet has: the rest of the list runs within the branch. */
function runCheckLength(run: Run, op: Extract<Op, { op: "check_pkt_larger" }>, ops: readonly Op[], next: number): void {
  const { key, stack, actionSet, tracked, exit } = run;
  const p = run.packet.base;
  const larger = p.l3Length + 14 + 4 * run.current().vlans.length > op.length;
  run.key = key.slice();
  run.stack = [...stack];
  write(run.key, [{ ...op.target, value: larger ? op.target.value : 0 }]);
  if (next < ops.length) runOps(run, ops, next);
  if (!run.failed) runActionSet(run);
  run.key = key;
  run.stack = stack;
  run.actionSet = actionSet;
  run.tracked = tracked;
  run.exit = exit;
}

/** xlate_learn_action: only with an overlay, which is where learned flows live. */
function learn(run: Run, op: Extract<Op, { op: "learn" }>): void {
  const overlay = run.context.overlay;
  if (!overlay && !run.note) return;
  const flow = learnedFlow(op.learn, run.key);
  if (!flow) {
    run.unknown("a learn action with a field that is not carried");
    return;
  }
  const rule = makeRule(flow, run.bridge.names);
  run.note?.({ kind: "learn", bridge: run.bridge.name, text: briefFlow(rule) });
  if (overlay) run.learned.push({ bridge: run.bridge.name, table: flow.table, rule });
}

/** What the parts that this file calls need back from it. */
export const INTERPRETER: Interpreter = { runTable, runOps, runClone, runActionSet, outputPort };
