/** The state of one translation, and what all its parts share: outputs, drops, notes. */
import { printAction, printFlow, printFlowBrief } from "../../net/openflow/print.ts";
import type { Packet } from "../../net/packet.ts";
import type { Element, Step, VerdictCode } from "../event.ts";
import type { BridgeModel, PortModel } from "./bridge.ts";
import type { Rule } from "./classifier.ts";
import { type KeyedPacket, unkeyPacket } from "./headers.ts";
import { type FlowKey, W } from "./key.ts";
import type { Op } from "./program.ts";
import type { DropReason, SwitchContext, SwitchDrop, SwitchOutput, SwitchUnknown } from "./switch.ts";

/** ofproto/ofproto-dpif-xlate.c MAX_DEPTH and MAX_RESUBMITS. */
export const MAX_DEPTH = 64;
export const MAX_RESUBMITS = 4096;
/** Our own bound: Open vSwitch itself would recirculate a packet for ever. */
export const MAX_RECIRCULATIONS = 64;

const CODES: Readonly<Record<DropReason, VerdictCode>> = {
  "no-match": "NO_FLOW_MATCH",
  flow: "FLOW_DROP",
  "dead-vlan": "DEAD_VLAN",
  "vlan-mismatch": "VLAN_MISMATCH",
  "no-other-port": "FDB_STALE",
  "reserved-multicast": "FLOW_DROP",
  "port-down": "LINK_DOWN",
  "no-such-port": "PORT_NOT_PLUGGED",
  "in-port": "FLOW_DROP",
  ttl: "TTL_EXCEEDED",
  loop: "LOOP_DETECTED",
  "no-tunnel-remote": "TUNNEL_MISSING",
  "no-live-bucket": "FLOW_DROP",
};

/** The parts of the interpreter that groups, NORMAL and conntrack call back. */
export interface Interpreter {
  runTable(run: Run, inPort: number, table: number, ctTuple?: boolean, clone?: boolean): void;
  runOps(run: Run, ops: readonly Op[]): void;
  runClone(run: Run, ops: readonly Op[]): void;
  runActionSet(run: Run): void;
  outputPort(run: Run, ofport: number): void;
}

export class Run {
  readonly outputs: SwitchOutput[] = [];
  readonly drops: SwitchDrop[] = [];
  readonly unknowns: SwitchUnknown[] = [];
  readonly act: Interpreter;
  readonly context: SwitchContext;
  readonly note: ((step: Step) => void) | undefined;
  readonly bridges: ReadonlyMap<string, BridgeModel>;
  readonly vlanLimit: number;
  /** Tunnel destination that the packet came with: Open vSwitch does not send it back there. */
  readonly ownTunnelAddress: number;

  bridge: BridgeModel;
  packet: KeyedPacket;
  key: FlowKey;
  rule: Rule | undefined;
  table = 0;
  depth = 0;
  resubmits = 0;
  recirculations = 0;
  exit = false;
  /** The patch port that led to this bridge, until a flow of it is met. */
  patch: string | undefined;
  /** Set by a limit: the translation ends, and nothing of it is sent. */
  failed = false;
  tracked = false;
  stack: bigint[] = [];
  actionSet: Op[] = [];
  actionSetHasGroup = false;
  /** A packet suppressed without being a drop of its own, told only when nothing else is. */
  suppressed: SwitchDrop | undefined;

  /** Flows learned in this translation: it goes on with the tables as they were when it began (xlate_in.tables_version). */
  learned: { bridge: string; table: number; rule: Rule }[] = [];
  /** The flow that was executed last. */
  lastRule: Rule | undefined;

  constructor(
    act: Interpreter,
    bridges: ReadonlyMap<string, BridgeModel>,
    bridge: BridgeModel,
    packet: KeyedPacket,
    context: SwitchContext,
    vlanLimit: number,
  ) {
    this.act = act;
    this.bridges = bridges;
    this.bridge = bridge;
    this.packet = packet;
    this.key = packet.key;
    this.context = context;
    this.note = context.note?.bind(context);
    this.vlanLimit = vlanLimit;
    this.ownTunnelAddress = packet.key[W.TUN_DST] as number;
  }

  current(): Packet {
    return unkeyPacket(this.key, this.packet);
  }

  ruleText(rule: Rule): string {
    rule.text ??= printFlow(rule.flow);
    return rule.text;
  }

  noteFlow(rule: Rule): void {
    this.lastRule = rule;
    if (!this.note) return;
    const { table, priority, cookie } = rule.flow;
    const { patch } = this;
    this.patch = undefined;
    this.note({
      ...{ kind: "flow", bridge: this.bridge.name, table, priority, cookie, text: this.ruleText(rule) },
      ...(patch !== undefined && { patch }),
    });
  }

  noteAction(op: Op): void {
    if (!this.note) return;
    op.text ??= printAction(op.action);
    this.note({ kind: "action", bridge: this.bridge.name, text: op.text });
  }

  /** Words for the part of the switch that decided. */
  private flowElement(rule: Rule | undefined, table: number): Element {
    if (rule) return { type: "flow", bridge: this.bridge.name, table: rule.flow.table, text: this.ruleText(rule) };
    return { type: "ovs-bridge", text: `${this.bridge.name}: no flow of table ${table} matches` };
  }

  private makeDrop(reason: DropReason, port: PortModel | undefined, element: Element | undefined): SwitchDrop {
    const rule = reason === "no-match" ? undefined : this.rule;
    const dead = reason === "flow" && rule?.flow.match.fields.some((f) => f.name === "dl_vlan" && f.value === "4095");
    const drop: SwitchDrop = {
      reason,
      code: dead ? "DEAD_VLAN" : CODES[reason],
      element: element ?? this.flowElement(rule, this.table),
      bridge: this.bridge.name,
      table: rule ? rule.flow.table : this.table,
      packet: this.current(),
    };
    if (rule) drop.flow = rule.flow;
    if (!rule && this.rule) drop.from = this.rule.flow;
    if (port) drop.port = port.ref.name;
    return drop;
  }

  drop(reason: DropReason, port?: PortModel, element?: Element): void {
    const drop = this.makeDrop(reason, port, element);
    this.drops.push(drop);
    this.note?.({ kind: "drop", code: drop.code, element: drop.element });
  }

  suppress(reason: DropReason, port?: PortModel, element?: Element): void {
    if (this.suppressed || this.outputs.length > 0) return;
    this.suppressed = this.makeDrop(reason, port, element);
  }

  unknown(what: string): void {
    this.unknowns.push({ bridge: this.bridge.name, what, element: this.flowElement(this.rule, this.table) });
  }

  /** Makes learned flows visible, of one bridge or of all. */
  publish(bridge?: string): void {
    const overlay = this.context.overlay;
    if (this.learned.length === 0 || !overlay) return;
    const kept: typeof this.learned = [];
    for (const l of this.learned) {
      if (bridge === undefined || l.bridge === bridge) overlay.learnFlow(l.bridge, l.table, l.rule);
      else kept.push(l);
    }
    this.learned = kept;
  }

  /** Ends the translation at a limit. */
  fail(): void {
    this.drop("loop");
    this.failed = true;
  }
}

export function briefFlow(rule: Rule): string {
  return printFlowBrief(rule.flow);
}

/** flow_clear_conntrack */
export function clearConntrack(run: Run): void {
  run.tracked = false;
  const key = run.key;
  if (
    key[W.CT_STATE] === 0 &&
    key[W.CT_MARK] === 0 &&
    key[W.CT_ZONE] === 0 &&
    key[W.CT_NW_PROTO] === 0 &&
    !key[W.CT_LABEL] &&
    !key[W.CT_LABEL + 1] &&
    !key[W.CT_LABEL + 2] &&
    !key[W.CT_LABEL + 3]
  )
    return;
  key.fill(0, W.CT_STATE, W.CT_NW_SRC);
  key[W.CT_NW_PROTO] = 0;
  key[W.CT_TP_SRC] = 0;
  key[W.CT_TP_DST] = 0;
  if (key[W.DL_TYPE] === 0x0800) key.fill(0, W.CT_NW_SRC, W.CT_IPV6_SRC);
  else if (key[W.DL_TYPE] === 0x86dd) key.fill(0, W.CT_IPV6_SRC, W.CT_NW_PROTO);
}
