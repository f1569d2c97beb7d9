/** The ct action: compose_conntrack_action, compose_recirculate_and_fork and what follows the recirculation. */
import { parseIpv4, parseIpv6 } from "../../net/openflow/value.ts";
import { keyPacket, putHeaders } from "./headers.ts";
import { type FlowKey, W } from "./key.ts";
import { readRuns } from "./learn.ts";
import type { Op } from "./program.ts";
import { clearConntrack, MAX_RECIRCULATIONS, type Run } from "./run.ts";
import { CT, type CtAnswer, type CtRequest } from "./switch.ts";

type CtOp = Extract<Op, { op: "ct" }>;

export function track(run: Run, op: CtOp): void {
  const zone = typeof op.zone === "number" ? op.zone : Number(readRuns(run.key, op.zone)) & 0xffff;
  if (op.exec.length > 0) run.act.runOps(run, op.exec);
  const conntrack = run.context.conntrack;
  const answer = conntrack?.track(request(run, op, zone));
  if (answer) {
    noteAnswer(run, op, zone, answer);
    if (answer.packet !== run.current()) replacePacket(run, answer);
  }
  if (op.ct.table !== undefined) recirculate(run, op, op.ct.table, zone, answer);
  clearConntrack(run);
}

function hexLabel(words: ArrayLike<number>): string {
  return Array.from(words, (w) => w.toString(16).padStart(8, "0")).join("");
}

function request(run: Run, op: CtOp, zone: number): CtRequest {
  const { key } = run;
  const r: CtRequest = { zone, packet: run.current(), commit: op.ct.commit, force: op.ct.force };
  if (op.ct.nat) {
    const { kind, addrMin, addrMax, portMin, portMax } = op.ct.nat;
    r.nat = {
      ...(kind && { kind }),
      ...(addrMin && { addrMin }),
      ...(addrMax && { addrMax }),
      ...(portMin !== undefined && { portMin }),
      ...(portMax !== undefined && { portMax }),
    };
  }
  let markMask = 0;
  const labelMask = [0, 0, 0, 0];
  for (const x of op.exec) {
    const parts =
      x.op === "set"
        ? x.writes
        : x.op === "move"
          ? x.to.map((t) => ({
              word: t.word,
              mask: ((t.bits >= 32 ? 0xffffffff : (1 << t.bits) - 1) << t.shift) >>> 0,
            }))
          : [];
    for (const { word, mask } of parts) {
      if (word === W.CT_MARK) markMask |= mask;
      else if (word >= W.CT_LABEL && word < W.CT_LABEL + 4)
        labelMask[word - W.CT_LABEL] = ((labelMask[word - W.CT_LABEL] as number) | mask) >>> 0;
    }
  }
  if (markMask) r.mark = { value: ((key[W.CT_MARK] as number) & markMask) >>> 0, mask: markMask >>> 0 };
  if (labelMask.some((m) => m !== 0))
    r.label = {
      value: hexLabel(labelMask.map((m, i) => ((key[W.CT_LABEL + i] as number) & m) >>> 0)),
      mask: hexLabel(labelMask),
    };
  if (op.ct.alg !== undefined) r.helper = op.ct.alg;
  return r;
}

function noteAnswer(run: Run, op: CtOp, zone: number, a: CtAnswer): void {
  if (!run.note) return;
  const s = a.state;
  const state = s & CT.inv ? "invalid" : s & CT.rel ? "related" : s & CT.est ? "established" : "new";
  run.note({ kind: "conntrack", zone, state, commit: op.ct.commit });
}

/** NAT happened: headers are those of the answer from here on, metadata stays. */
function replacePacket(run: Run, answer: CtAnswer): void {
  const fresh = keyPacket(answer.packet, run.key[W.IN_PORT] as number, run.vlanLimit);
  const hidden = putHeaders(run.key, answer.packet, run.vlanLimit);
  run.packet = { ...fresh, baseKey: fresh.baseKey.slice(), hidden };
}

function recirculate(run: Run, op: CtOp, table: number, zone: number, answer: CtAnswer | undefined): void {
  if (++run.recirculations > MAX_RECIRCULATIONS) {
    run.drop("loop");
    return;
  }
  const { key, stack, actionSet, actionSetHasGroup, depth, resubmits, rule, exit, packet } = run;
  const next = key.slice();
  next[W.CT_ZONE] = zone;
  if (answer) fillState(next, answer);
  else assumeState(next, op);
  run.key = next;
  run.stack = [...stack];
  run.resubmits = -1;
  run.tracked = true;
  run.publish();
  const before = run.table;
  const sent = run.outputs.length;
  run.table = table;
  const port = next[W.IN_PORT] as number;
  // The first lookup after recirculation is not a resubmit: it starts a translation (xlate_actions).
  run.depth = -1;
  run.act.runTable(run, port, table);
  if (!run.failed) run.act.runActionSet(run);
  if (run.failed) run.outputs.length = sent;
  run.failed = false;
  run.table = before;
  run.key = key;
  run.packet = packet;
  run.stack = stack;
  run.actionSet = actionSet;
  run.actionSetHasGroup = actionSetHasGroup;
  run.depth = depth;
  run.resubmits = resubmits;
  run.rule = rule;
  run.exit = exit;
}

function fillState(key: FlowKey, a: CtAnswer): void {
  key[W.CT_STATE] = a.state | CT.trk;
  key[W.CT_MARK] = a.mark;
  for (let i = 0; i < 4; i++)
    key[W.CT_LABEL + i] = Number.parseInt(a.label.padStart(32, "0").slice(i * 8, i * 8 + 8), 16);
  if (!a.original) return;
  const v4 = key[W.DL_TYPE] === 0x0800;
  key[W.CT_NW_PROTO] = a.original.proto;
  key[W.CT_TP_SRC] = a.original.sport;
  key[W.CT_TP_DST] = a.original.dport;
  if (v4) {
    key[W.CT_NW_SRC] = parseIpv4(a.original.src) ?? 0;
    key[W.CT_NW_DST] = parseIpv4(a.original.dst) ?? 0;
  } else {
    key.set(parseIpv6(a.original.src) ?? [], W.CT_IPV6_SRC);
    key.set(parseIpv6(a.original.dst) ?? [], W.CT_IPV6_DST);
  }
}

/** What ofproto/trace assumes: trk|new, and NAT to the first address and port (ofproto-dpif-trace.c ofproto_trace_recirc_node). */
function assumeState(key: FlowKey, op: CtOp): void {
  key[W.CT_STATE] = CT.trk | CT.new;
  const nat = op.ct.nat;
  if (!nat?.kind || nat.addrMin === undefined) return;
  const src = nat.kind === "src";
  const v4 = parseIpv4(nat.addrMin);
  if (v4 !== undefined) key[src ? W.NW_SRC : W.NW_DST] = v4;
  else key.set(parseIpv6(nat.addrMin) ?? [], src ? W.IPV6_SRC : W.IPV6_DST);
  if (nat.portMin) key[src ? W.TP_SRC : W.TP_DST] = nat.portMin;
}
