/** Tables: xlate_table_action and rule_dpif_lookup_from_table of Open vSwitch 3.1. */
import type { Rule } from "./classifier.ts";
import { type FlowKey, W } from "./key.ts";
import { sendToController } from "./output.ts";
import { compileActions, type Op } from "./program.ts";
import { MAX_DEPTH, MAX_RESUBMITS, type Run } from "./run.ts";

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
  if (clone) run.act.runClone(run, programOf(run, rule));
  else run.act.runOps(run, programOf(run, rule));
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

function programOf(run: Run, rule: Rule): readonly Op[] {
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

export function isIp(key: FlowKey): boolean {
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
