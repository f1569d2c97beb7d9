/** Prints `ovs-ofctl` commands: flows as dump-flows writes them, without counters. */
import type { Flow } from "../../../net/openflow/ast.ts";
import { printActions, printGroup, printMatch } from "../../../net/openflow/print.ts";
import type { FlowSelection, OfctlCommand } from "./ofctl-command.ts";

const DEFAULT_PRIORITY = 32768;

export function printOfctl(command: OfctlCommand): { words: string[]; input?: string } {
  const head = command.versions ? ["ovs-ofctl", "-O", command.versions.join(",")] : ["ovs-ofctl"];
  const { action, bridge } = command;
  switch (action.kind) {
    case "add-flow":
      return { words: [...head, "add-flow", bridge, printFlowSpec(action.flow)] };
    case "add-flows":
      return { words: [...head, "add-flows", bridge, "-"], input: lines(action.flows.map(printFlowSpec)) };
    case "mod-flows":
      return { words: [...head, ...strict(action.strict), "mod-flows", bridge, printModification(action)] };
    case "del-flows": {
      const words = [...head, ...strict(action.strict), "del-flows", bridge];
      if (action.input) return { words: [...words, "-"], input: lines(action.select.map(printSelection)) };
      const text = action.select.map(printSelection).join("");
      return { words: text === "" ? words : [...words, text] };
    }
    case "add-group":
      return { words: [...head, "add-group", bridge, printGroup(action.group)] };
    case "mod-group":
      return {
        words: [...head, ...(action.mayCreate ? ["--may-create"] : []), "mod-group", bridge, printGroup(action.group)],
      };
    case "del-groups":
      return { words: [...head, "del-groups", bridge, ...(action.id === undefined ? [] : [`group_id=${action.id}`])] };
    case "mod-port":
      return { words: [...head, "mod-port", bridge, action.port, action.change] };
  }
}

function strict(is: boolean): string[] {
  return is ? ["--strict"] : [];
}

function lines(texts: readonly string[]): string {
  return texts.length === 0 ? "" : `${texts.join("\n")}\n`;
}

/** `hard_timeout=0,idle_timeout=0,cookie=…,table=0,priority=1,in_port=1,actions=NORMAL`: no blanks, so that one word holds it. */
export function printFlowSpec(flow: Flow): string {
  const parts: string[] = [];
  if (flow.hardTimeout) parts.push(`hard_timeout=${flow.hardTimeout}`);
  if (flow.idleTimeout) parts.push(`idle_timeout=${flow.idleTimeout}`);
  if (flow.importance) parts.push(`importance=${flow.importance}`);
  parts.push(...flow.flags);
  if (!isZero(flow.cookie)) parts.push(`cookie=${flow.cookie}`);
  if (flow.table !== 0) parts.push(`table=${flow.table}`);
  if (flow.priority !== DEFAULT_PRIORITY) parts.push(`priority=${flow.priority}`);
  const match = printMatch(flow.match);
  if (match !== "") parts.push(match);
  parts.push(`actions=${printActions(flow.actions)}`);
  return parts.join(",");
}

function printModification(action: { select: FlowSelection; flow: Flow }): string {
  const { cookie, table, outPort, outGroup } = action.select;
  const parts: string[] = [];
  if (cookie) parts.push(`cookie=${cookie.value}/${cookie.mask}`);
  // No table means all of them here, and the first where flows are added.
  if (table === 0) parts.push("table=0");
  if (outPort !== undefined) parts.push(`out_port=${outPort}`);
  if (outGroup !== undefined) parts.push(`out_group=${outGroup}`);
  parts.push(printFlowSpec(action.flow));
  return parts.join(",");
}

export function printSelection(select: FlowSelection): string {
  const parts: string[] = [];
  if (select.cookie) parts.push(`cookie=${select.cookie.value}/${select.cookie.mask}`);
  if (select.table !== undefined) parts.push(`table=${select.table}`);
  if (select.priority !== undefined) parts.push(`priority=${select.priority}`);
  if (select.outPort !== undefined) parts.push(`out_port=${select.outPort}`);
  if (select.outGroup !== undefined) parts.push(`out_group=${select.outGroup}`);
  const match = printMatch(select.match);
  if (match !== "") parts.push(match);
  return parts.join(",");
}

export function isZero(cookie: string): boolean {
  return /^(0x)?0+$/.test(cookie);
}
