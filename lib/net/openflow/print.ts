/** Prints flows, matches, actions and groups as `ovs-ofctl` does. */
import type { Action, CtAction, Flow, Group, LearnAction, LearnSpec, Match, Nat, Port, Subfield } from "./ast.ts";

function printSubfield(s: Subfield): string {
  if (s.from === undefined) return `${s.field}[]`;
  return s.from === s.to ? `${s.field}[${s.from}]` : `${s.field}[${s.from}..${s.to}]`;
}

export function printMatch(match: Match): string {
  let out = "";
  for (const f of match.fields) {
    if (out) out += ",";
    out += f.value === "" ? f.name : `${f.name}=${f.value}`;
    if (f.mask !== undefined) out += `/${f.mask}`;
  }
  return out;
}

/** Whole seconds, else milliseconds, else nanoseconds (lib/ofp-print.c ofp_print_duration). */
export function printDuration(seconds: number): string {
  if (Number.isInteger(seconds)) return `${seconds}s`;
  const milliseconds = seconds.toFixed(3);
  return `${Number(milliseconds) === seconds ? milliseconds : seconds.toFixed(9)}s`;
}

/** A flow with its counters, as a line of dump-flows without the leading blank. */
export function printFlow(f: Flow): string {
  const out = `cookie=${f.cookie}, duration=${printDuration(f.duration)}, table=${f.table}, n_packets=${f.packets}, n_bytes=${f.bytes}, `;
  return `${out}${printTerms(f)}${printRule(f)}`;
}

/** What stands between a flow's counters and its rule: timeouts, flags, importance and ages; mostly nothing. */
export function printTerms(f: Flow): string {
  let out = "";
  if (f.idleTimeout) out += `idle_timeout=${f.idleTimeout}, `;
  if (f.hardTimeout) out += `hard_timeout=${f.hardTimeout}, `;
  for (const flag of f.flags) out += `${flag} `;
  if (f.importance !== undefined) out += `importance=${f.importance}, `;
  if (f.idleAge !== undefined) out += `idle_age=${f.idleAge}, `;
  if (f.hardAge !== undefined) out += `hard_age=${f.hardAge}, `;
  return out;
}

/** Table, priority, match and actions: what decides, without counters. */
export function printFlowBrief(f: Flow): string {
  return `table=${f.table}, ${printRule(f)}`;
}

function printRule(f: Flow): string {
  const match = printMatch(f.match);
  const priority = f.priority === 32768 ? "" : `priority=${f.priority}`;
  const head = priority && match ? `${priority},${match}` : priority + match;
  return `${head}${head ? " " : ""}actions=${printActions(f.actions)}`;
}

export function printActions(actions: readonly Action[]): string {
  return actions.length === 0 ? "drop" : actions.map(printAction).join(",");
}

function printPort(port: Port): string {
  return String(port);
}

export function printAction(a: Action): string {
  switch (a.kind) {
    case "output":
      return typeof a.port === "number" || a.port.startsWith('"') || a.port === "CONTROLLER"
        ? `output:${a.port}`
        : a.port;
    case "output_reg":
      return `output:${printSubfield(a.source)}`;
    case "output_trunc":
      return `output(port=${printPort(a.port)},max_len=${a.maxLength})`;
    case "controller":
      return printController(a);
    case "enqueue":
      return `enqueue:${printPort(a.port)}:${a.queue}`;
    case "group":
      return `group:${a.id}`;
    case "set_vlan_vid":
      return `${a.push ? "mod" : "set"}_vlan_vid:${a.vid}`;
    case "set_vlan_pcp":
      return `${a.push ? "mod" : "set"}_vlan_pcp:${a.pcp}`;
    case "pop_vlan":
    case "word":
      return a.word;
    case "push_vlan":
      return `push_vlan:0x${a.ethType.toString(16)}`;
    case "mod":
      return `mod_${a.field}:${a.value}`;
    case "load":
      return `load:${a.value}->${printSubfield(a.target)}`;
    case "set_field":
      return `set_field:${a.value}${a.mask === undefined ? "" : `/${a.mask}`}->${a.field}`;
    case "move":
      return `move:${printSubfield(a.source)}->${printSubfield(a.target)}`;
    case "push":
      return `push:${printSubfield(a.source)}`;
    case "pop":
      return `pop:${printSubfield(a.target)}`;
    case "dec_ttl":
      return a.controllers ? `dec_ttl(${a.controllers.join(",")})` : "dec_ttl";
    case "set_mpls":
      return `set_mpls_${a.what}(${a.value})`;
    case "push_mpls":
    case "pop_mpls":
      return `${a.kind}:0x${a.ethType.toString(16).padStart(4, "0")}`;
    case "set_tunnel":
      return `set_tunnel${a.wide ? "64" : ""}:${a.id}`;
    case "set_queue":
      return `set_queue:${a.queue}`;
    case "fin_timeout": {
      const parts = [];
      if (a.idle !== undefined) parts.push(`idle_timeout=${a.idle}`);
      if (a.hard !== undefined) parts.push(`hard_timeout=${a.hard}`);
      return `fin_timeout(${parts.join(",")})`;
    }
    case "resubmit":
      if (a.port !== undefined && a.table === undefined && !a.ct) return `resubmit:${printPort(a.port)}`;
      return `resubmit(${a.port === undefined ? "" : printPort(a.port)},${a.table ?? ""}${a.ct ? ",ct" : ""})`;
    case "goto_table":
      return `goto_table:${a.table}`;
    case "learn":
      return printLearn(a);
    case "conjunction":
      return `conjunction(${a.id},${a.clause}/${a.clauses})`;
    case "note":
      return `note:${a.hex}`;
    case "ct":
      return printCt(a);
    case "nat":
      return printNat(a.nat);
    case "clone":
    case "write_actions":
      return `${a.kind}(${printActions(a.actions)})`;
    case "write_metadata":
      return `write_metadata:${a.value}${a.mask === undefined ? "" : `/${a.mask}`}`;
    case "meter":
      return `meter:${a.id}`;
    case "check_pkt_larger":
      return `check_pkt_larger(${a.length})->${printSubfield(a.target)}`;
    case "delete_field":
      return `delete_field:${a.field}`;
    case "opaque":
      return `${a.name}(${a.arguments})`;
  }
}

function printController(a: Extract<Action, { kind: "controller" }>): string {
  if (a.short) return a.maxLength === undefined ? "CONTROLLER" : `CONTROLLER:${a.maxLength}`;
  const parts: string[] = [];
  if (a.reason !== undefined) parts.push(`reason=${a.reason}`);
  if (a.maxLength !== undefined) parts.push(`max_len=${a.maxLength}`);
  if (a.id !== undefined) parts.push(`id=${a.id}`);
  if (a.userdata !== undefined) parts.push(`userdata=${a.userdata}`);
  if (a.pause) parts.push("pause");
  if (a.meter !== undefined) parts.push(`meter_id=${a.meter}`);
  return `controller(${parts.join(",")})`;
}

function printCt(a: CtAction): string {
  const parts: string[] = [];
  if (a.commit) parts.push("commit");
  if (a.force) parts.push("force");
  if (a.table !== undefined) parts.push(`table=${a.table}`);
  if (a.zone !== undefined) parts.push(`zone=${typeof a.zone === "number" ? a.zone : printSubfield(a.zone)}`);
  if (a.nat) parts.push(printNat(a.nat));
  if (a.exec) parts.push(`exec(${printActions(a.exec)})`);
  if (a.alg !== undefined) parts.push(`alg=${a.alg}`);
  return `ct(${parts.join(",")})`;
}

function printNat(n: Nat): string {
  if (!n.kind) return n.flags.length ? `nat(${n.flags.join(",")})` : "nat";
  const bracket = (s: string): string => (s.includes(":") && n.portMin !== undefined ? `[${s}]` : s);
  let out = n.kind as string;
  if (n.addrMin !== undefined) {
    out += `=${bracket(n.addrMin)}`;
    if (n.addrMax !== undefined) out += `-${bracket(n.addrMax)}`;
    if (n.portMin !== undefined) out += `:${n.portMin}${n.portMax === undefined ? "" : `-${n.portMax}`}`;
  }
  return `nat(${[out, ...n.flags].join(",")})`;
}

function printLearn(l: LearnAction): string {
  const parts = [`table=${l.table}`];
  if (l.idleTimeout !== undefined) parts.push(`idle_timeout=${l.idleTimeout}`);
  if (l.hardTimeout !== undefined) parts.push(`hard_timeout=${l.hardTimeout}`);
  if (l.finIdleTimeout !== undefined) parts.push(`fin_idle_timeout=${l.finIdleTimeout}`);
  if (l.finHardTimeout !== undefined) parts.push(`fin_hard_timeout=${l.finHardTimeout}`);
  if (l.priority !== undefined) parts.push(`priority=${l.priority}`);
  parts.push(...l.flags);
  if (l.cookie !== undefined) parts.push(`cookie=${l.cookie}`);
  if (l.limit !== undefined) parts.push(`limit=${l.limit}`);
  if (l.resultTarget) parts.push(`result_dst=${printSubfield(l.resultTarget)}`);
  for (const spec of l.specs) parts.push(printLearnSpec(spec));
  return `learn(${parts.join(",")})`;
}

function printLearnSpec(s: LearnSpec): string {
  switch (s.kind) {
    case "match":
      return s.source ? `${printSubfield(s.target)}=${printSubfield(s.source)}` : printSubfield(s.target);
    case "match_value":
      return `${s.bare ? s.target.field : printSubfield(s.target)}=${s.value}`;
    case "load":
      return `load:${printSubfield(s.source)}->${printSubfield(s.target)}`;
    case "load_value":
      return `load:${s.value}->${printSubfield(s.target)}`;
    case "output":
      return `output:${printSubfield(s.source)}`;
  }
}

export function printGroup(g: Group): string {
  let out = `group_id=${g.id},type=${g.type}`;
  if (g.selectionMethod !== undefined) out += `,selection_method=${g.selectionMethod}`;
  if (g.selectionParameter !== undefined) out += `,selection_method_param=${g.selectionParameter}`;
  if (g.selectionFields !== undefined)
    out += g.selectionFields.includes(",") ? `,fields(${g.selectionFields})` : `,fields=${g.selectionFields}`;
  for (const b of g.buckets) {
    out += ",bucket=";
    if (b.id !== undefined) out += `bucket_id:${b.id},`;
    if (b.weight !== undefined) out += `weight:${b.weight},`;
    if (b.watchPort !== undefined) out += `watch_port:${printPort(b.watchPort)},`;
    if (b.watchGroup !== undefined) out += `watch_group:${b.watchGroup},`;
    out += `actions=${printActions(b.actions)}`;
  }
  return out;
}
