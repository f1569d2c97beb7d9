/**
 * Runs actions over a packet: the interpreter is the tracer. Mirrors do_xlate_actions and what it calls in
 * ofproto/ofproto-dpif-xlate.c of Open vSwitch 3.1; function names in comments are from there.
 */
import { formatFieldValue, parseIpv4 } from "../../net/openflow/value.ts";
import { orderActionSet } from "./actionset.ts";
import { makeRule, type PortModel, portElement } from "./bridge.ts";
import type { Rule } from "./classifier.ts";
import { track } from "./conntrack.ts";
import { runGroup } from "./group.ts";
import { type BitRun, type FlowKey, HEADER_END, hasField, locate, maskOf, UNSET_PORT, VLAN_CFI, W } from "./key.ts";
import { learnedFlow, readRuns } from "./learn.ts";
import { runNormal } from "./normal.ts";
import { compileActions, type Op, type WordWrite } from "./program.ts";
import { briefFlow, clearConntrack, type Interpreter, MAX_DEPTH, MAX_RESUBMITS, type Run } from "./run.ts";
import { fixTpid, popVlan, pushVlan } from "./vlan.ts";

/** xlate_table_action: looks a table up and runs what it finds. `inPort` is what the lookup sees as in_port. */
export function runTable(run: Run, inPort: number, table: number, ctTuple = false, clone = false): void {
  if (run.depth >= MAX_DEPTH || run.resubmits >= MAX_RESUBMITS) {
    run.fail();
    return;
  }
  const before = run.table;
  run.table = table;
  const key = run.key;
  if (ctTuple && (key[W.CT_NW_PROTO] === 0 || !isIp(key))) {
    run.suppress("flow");
    run.table = before;
    return;
  }
  if (isUnreadable(run, table)) {
    run.table = before;
    return;
  }
  if (ctTuple) swapTuple(key);
  const rule = lookup(run, inPort, table);
  if (ctTuple) swapTuple(key);
  if (!rule) {
    miss(run);
    run.table = before;
    return;
  }
  run.noteFlow(rule);
  if (rule.match.unsupported !== undefined) {
    run.unknown(`match on ${rule.match.unsupported}`);
    run.table = before;
    return;
  }
  const deepens = table <= before ? 1 : 0;
  const outer = run.rule;
  run.resubmits++;
  run.depth += deepens;
  run.rule = rule;
  if (clone) runClone(run, programOf(run, rule));
  else runOps(run, programOf(run, rule));
  run.rule = outer;
  run.depth -= deepens;
  run.table = before;
}

/** True when flows of the table are missing, so that what the others say is not what the switch does. */
function isUnreadable(run: Run, table: number): boolean {
  const { state, name } = run.bridge;
  if (state.flowsKnown) return false;
  const error = state.flowErrors?.find((e) => e.table === undefined || e.table === table);
  if (state.flowErrors && !error) return false;
  run.unknown(error ? `a flow of ${name} could not be read: ${error.text}` : `flows of ${name} could not be read`);
  return true;
}

function miss(run: Run): void {
  if (run.bridge.missToController) sendToController(run, "no_match");
  else run.drop("no-match");
}

export function programOf(run: Run, rule: Rule): readonly Op[] {
  rule.program ??= compileActions(rule.flow.actions, run.bridge.names);
  return rule.program;
}

/** rule_dpif_lookup_from_table, with `frag_handling` at its default, normal: fragments have no transport ports. */
function lookup(run: Run, inPort: number, table: number): Rule | undefined {
  const key = run.key;
  const src = key[W.TP_SRC] as number;
  const dst = key[W.TP_DST] as number;
  const port = key[W.IN_PORT] as number;
  if ((key[W.NW_FRAG] as number) & 1) {
    key[W.TP_SRC] = 0;
    key[W.TP_DST] = 0;
  }
  key[W.IN_PORT] = inPort;
  let rule = run.bridge.tables.get(table)?.lookup(key);
  const learned = run.context.overlay?.table(run.bridge.name, table)?.lookup(key);
  // A learned flow of the same match and priority replaces the recorded one.
  if (learned && (!rule || learned.priority >= rule.priority)) rule = learned;
  key[W.TP_SRC] = src;
  key[W.TP_DST] = dst;
  key[W.IN_PORT] = port;
  return rule;
}

function isIp(key: FlowKey): boolean {
  return key[W.DL_TYPE] === 0x0800 || key[W.DL_TYPE] === 0x86dd;
}

/** tuple_swap_flow */
function swapTuple(key: FlowKey): void {
  const swap = (a: number, b: number, n = 1): void => {
    for (let i = 0; i < n; i++) {
      const x = key[a + i] as number;
      key[a + i] = key[b + i] as number;
      key[b + i] = x;
    }
  };
  swap(W.NW_PROTO, W.CT_NW_PROTO);
  if (key[W.DL_TYPE] === 0x0800) {
    swap(W.NW_SRC, W.CT_NW_SRC);
    swap(W.NW_DST, W.CT_NW_DST);
  } else {
    swap(W.IPV6_SRC, W.CT_IPV6_SRC, 4);
    swap(W.IPV6_DST, W.CT_IPV6_DST, 4);
  }
  swap(W.TP_SRC, W.CT_TP_SRC);
  swap(W.TP_DST, W.CT_TP_DST);
}

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

export function write(key: FlowKey, writes: readonly WordWrite[]): void {
  for (let i = 0; i < writes.length; i++) {
    const w = writes[i] as WordWrite;
    key[w.word] = ((key[w.word] as number) & ~w.mask) | w.value;
  }
}

function writeRuns(key: FlowKey, runs: readonly BitRun[], value: bigint): void {
  let rest = value;
  for (const { word, shift, bits } of runs) {
    const mask = (maskOf(bits) << shift) >>> 0;
    key[word] = ((key[word] as number) & ~mask) | ((Number(rest & BigInt(maskOf(bits))) << shift) >>> 0);
    rest >>= BigInt(bits);
  }
}

function move(key: FlowKey, from: readonly BitRun[], to: readonly BitRun[]): void {
  const parts = from.map((r) => ((key[r.word] as number) >>> r.shift) & maskOf(r.bits));
  for (const [i, r] of to.entries()) {
    const mask = (maskOf(r.bits) << r.shift) >>> 0;
    key[r.word] = ((key[r.word] as number) & ~mask) | (((parts[i] as number) << r.shift) & mask);
  }
}

function noteRewrite(run: Run, op: { field: Parameters<typeof locate>[0] }, change: () => void): void {
  const at = run.note && locate(op.field);
  if (!at || at.word >= HEADER_END || at.word === W.IN_PORT) {
    change();
    return;
  }
  const read = (): string => {
    const words = [...run.key.subarray(at.word, at.word + at.words)];
    if (at.words === 1) words[0] = ((words[0] as number) >>> at.shift) & maskOf(at.bits);
    return formatFieldValue(op.field, words).value;
  };
  const from = read();
  change();
  const to = read();
  if (from !== to) run.note?.({ kind: "rewrite", field: op.field.name, from, to });
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
export function writeActions(run: Run, ops: readonly Op[]): void {
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
  run.key = key.slice();
  run.stack = [...stack];
  runOps(run, ops);
  if (!run.failed) runActionSet(run);
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

export function sendToController(run: Run, reason: "action" | "no_match" | "invalid_ttl"): void {
  run.outputs.push({ kind: "controller", bridge: run.bridge.name, reason, packet: run.current() });
}

/** xlate_output_action */
function outputTo(run: Run, port: number): void {
  const inPort = run.key[W.IN_PORT] as number;
  switch (port) {
    case 0xfff8:
      outputPort(run, inPort);
      return;
    case 0xfff9:
      runTable(run, inPort, 0);
      return;
    case 0xfffa:
      runNormal(run);
      return;
    case 0xfffb:
      flood(run, false);
      return;
    case 0xfffc:
      flood(run, true);
      return;
    case 0xfffd:
      sendToController(run, "action");
      return;
    case 0xffff:
      return;
    default:
      if (port === inPort) run.suppress("in-port", run.bridge.ports.get(port));
      else outputPort(run, port);
  }
}

/** flood_packets; by port number, for Open vSwitch's own order depends on how its hash table grew. */
function flood(run: Run, all: boolean): void {
  const ports = [...run.bridge.ports.values()]
    .filter((p) => p.ref.ofport !== run.key[W.IN_PORT] && (all || !p.noFlood))
    .sort((a, b) => a.ref.ofport - b.ref.ofport);
  run.note?.({ kind: "flood", bridge: run.bridge.name, ports: ports.map((p) => p.ref.name) });
  for (const p of ports) outputPort(run, p.ref.ofport);
}

/** compose_output_action__ */
export function outputPort(run: Run, ofport: number): void {
  const port = run.bridge.ports.get(ofport);
  if (!port && run.bridge.state.unread?.includes("ports")) {
    run.unknown(`ports of ${run.bridge.name} could not be read`);
    return;
  }
  if (!port) {
    run.drop("no-such-port", undefined, { type: "ovs-bridge", text: `${run.bridge.name} has no port ${ofport}` });
    return;
  }
  if (port.noForward) {
    run.drop("port-down", port, portElement(port));
    return;
  }
  const from = run.bridge.ports.get(run.key[W.IN_PORT] as number);
  if (from?.bundle.protected && port.bundle.protected) {
    run.suppress("port-down", port, portElement(port));
    return;
  }
  if (port.ref.type === "patch") {
    if (port.peer) crossPatch(run, port.peer);
    else run.drop("no-such-port", port, portElement(port));
    return;
  }
  if (port.tunnel) {
    sendTunnel(run, port, port.tunnel);
    return;
  }
  run.outputs.push({ kind: "port", bridge: run.bridge.name, ofport, port: port.ref.name, packet: run.current() });
}

/** ofproto/tunnel.c tnl_port_send */
function sendTunnel(run: Run, port: PortModel, tunnel: NonNullable<PortModel["tunnel"]>): void {
  const key = run.key;
  const word = (n: number): string => `${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
  const dstWord = key[W.TUN_DST] as number;
  const dst = tunnel.remote === "flow" ? (dstWord ? word(dstWord) : undefined) : tunnel.remote;
  if (dst === undefined) {
    run.drop("no-tunnel-remote", port, portElement(port));
    return;
  }
  const id =
    tunnel.outKey === "flow"
      ? (key[W.TUN_ID] as number) * 0x100000000 + (key[W.TUN_ID + 1] as number)
      : (tunnel.outKey ?? 0);
  const srcWord = key[W.TUN_SRC] as number;
  const src = tunnel.local === "flow" ? (srcWord ? word(srcWord) : undefined) : tunnel.local;
  if (run.ownTunnelAddress && dst === word(run.ownTunnelAddress)) {
    // Not sent, yet the packet keeps what the port set (compose_output_action__ leaves before it restores the tunnel).
    key[W.TUN_ID] = Math.floor(id / 0x100000000);
    key[W.TUN_ID + 1] = id >>> 0;
    key[W.TUN_SRC] = src === undefined ? 0 : (parseIpv4(src) ?? 0);
    key[W.TUN_DST] = parseIpv4(dst) ?? 0;
    run.suppress("in-port", port, portElement(port));
    return;
  }
  const tun = { kind: tunnel.kind, key: id, dst, dstPort: tunnel.dstPort };
  run.outputs.push({
    kind: "port",
    bridge: run.bridge.name,
    ofport: port.ref.ofport,
    port: port.ref.name,
    packet: run.current(),
    tun: src === undefined ? tun : { ...tun, src },
  });
}

/** patch_port_output: the other bridge sees the packet without metadata, and what it does to it does not come back. */
function crossPatch(run: Run, peer: PortModel): void {
  const { key, stack, actionSet, actionSetHasGroup, bridge, tracked, table, rule } = run;
  const other = key.slice();
  run.key = other;
  run.stack = [];
  run.actionSet = [];
  run.actionSetHasGroup = false;
  other[W.IN_PORT] = peer.ref.ofport;
  other[W.METADATA] = 0;
  other[W.METADATA + 1] = 0;
  other.fill(0, W.TUN_ID, W.METADATA);
  other.fill(0, W.REG0, W.MPLS0);
  other[W.ACTSET_OUTPUT] = UNSET_PORT;
  clearConntrack(run);
  run.bridge = peer.bridge;
  run.publish(peer.bridge.name);
  run.rule = undefined;
  if (peer.noReceive) run.drop("port-down", peer, portElement(peer));
  else runTable(run, peer.ref.ofport, 0, false, true);
  run.bridge = bridge;
  run.key = key;
  run.stack = stack;
  run.actionSet = actionSet;
  run.actionSetHasGroup = actionSetHasGroup;
  run.tracked = tracked;
  run.table = table;
  run.rule = rule;
  run.exit = false;
  run.failed = false;
}

/** What the parts that this file calls need back from it. */
export const INTERPRETER: Interpreter = { runTable, runOps, runActionSet, outputPort };
