/**
 * Flows of a bridge as flow_mod messages change them (ofproto/ofproto.c add_flow, modify_flows, delete_flows). Lists keep
 * their order: a flow that is replaced stays where it was, a new one comes last.
 */
import type { Action, Flow } from "../../../net/openflow/ast.ts";
import { canonicalActions } from "./canonical-actions.ts";
import { canonicalMatch, matchKey, takeAsCanonical } from "./canonical-match.ts";
import { bitsOf, includes } from "./match-bits.ts";
import type { FlowSelection } from "./ofctl-command.ts";

const canonical = new WeakMap<Flow, Flow>();

/** The flow as the switch would show it in OpenFlow 1.3; the same object where it is so already. */
export function canonicalFlow(flow: Flow): Flow {
  let result = canonical.get(flow);
  if (!result) {
    const match = canonicalMatch(flow.match);
    const actions = canonicalActions(flow);
    const cookie = canonicalCookie(flow.cookie);
    const flags = flow.flags.some((flag) => MESSAGE_FLAGS.has(flag))
      ? flow.flags.filter((flag) => !MESSAGE_FLAGS.has(flag))
      : flow.flags;
    const same = match === flow.match && actions === flow.actions && cookie === flow.cookie && flags === flow.flags;
    result = same ? flow : { ...flow, match, actions, cookie, flags };
    canonical.set(flow, result);
    if (result !== flow) canonical.set(result, result);
  }
  return result;
}

/** For whoever writes flows in these words himself: there is nothing to be read and put otherwise. */
export function writtenAsShown(flow: Flow): Flow {
  takeAsCanonical(flow.match);
  canonical.set(flow, flow);
  return flow;
}

/** Flags of the message, which a flow does not keep. */
const MESSAGE_FLAGS: ReadonlySet<string> = new Set(["check_overlap"]);

const NO_COOKIE = "0x0";

function canonicalCookie(cookie: string): string {
  if (cookie === NO_COOKIE || /^0x[1-9a-f][0-9a-f]*$/.test(cookie)) return cookie;
  return `0x${BigInt(cookie).toString(16)}`;
}

/** What no two flows of a bridge share. */
export function flowKey({ table, priority, match }: Pick<Flow, "table" | "priority" | "match">): string {
  return `${table},${priority},${matchKey(match)}`;
}

/**
 * The keys of a list's flows. Lists follow from each other by small changes: the newest of a line takes this over from the one
 * before, which must be looked through anew when it is asked once more.
 */
const keys = new WeakMap<readonly Flow[], Set<string>>();

function keysOf(flows: readonly Flow[]): Set<string> {
  const known = keys.get(flows);
  if (known) return known;
  const own = new Set(flows.map(flowKey));
  keys.set(flows, own);
  return own;
}

/** Whether a list has a flow of one of these keys. */
export function hasAny(flows: readonly Flow[], some: Iterable<string>): boolean {
  const known = keysOf(flows);
  for (const key of some) if (known.has(key)) return true;
  return false;
}

/** @param to has flows of the same keys as `from`, unless other keys are given */
export function handOn(
  from: readonly Flow[],
  to: readonly Flow[],
  known: Set<string> | undefined = keys.get(from),
): void {
  if (!known || from === to) return;
  keys.delete(from);
  keys.set(to, known);
}

/** Equal for flows with equal keys, and cheaper. */
export function siteOf({ table, priority }: Pick<Flow, "table" | "priority">): number {
  return table * 65_536 + priority;
}

/** Adds flows, or puts them in the place of those with equal table, priority and match. */
export function addFlows(flows: Flow[], added: readonly Flow[]): Flow[] {
  if (added.length === 0) return flows;
  const known = keysOf(flows);
  const fresh = new Map<string, Flow>();
  const replacing = new Map<string, Flow>();
  for (const one of added) {
    const flow = canonicalFlow(one);
    const key = flowKey(flow);
    (known.has(key) ? replacing : fresh).set(key, flow);
  }
  for (const key of fresh.keys()) known.add(key);
  const out = (replacing.size === 0 ? flows : replaced(flows, replacing)).concat([...fresh.values()]);
  handOn(flows, out, known);
  return out;
}

function replaced(flows: readonly Flow[], by: ReadonlyMap<string, Flow>): Flow[] {
  const sites = new Set([...by.values()].map(siteOf));
  return flows.map((flow) => (sites.has(siteOf(flow)) ? (by.get(flowKey(flow)) ?? flow) : flow));
}

/** OFP_DEFAULT_PRIORITY of include/openflow/openflow-common.h. */
const DEFAULT_PRIORITY = 32_768;

/** Whether a command's selection takes this flow in. */
export function selector(select: FlowSelection, strict: boolean): (flow: Flow) => boolean {
  const wide = bitsOf(select.match);
  const key = strict ? matchKey(select.match) : "";
  const priority = select.priority ?? DEFAULT_PRIORITY;
  const mask = select.cookie && BigInt.asUintN(64, BigInt(select.cookie.mask));
  const cookie = select.cookie && mask !== undefined ? BigInt(select.cookie.value) & mask : 0n;
  const outputs = select.outPort ?? (select.outGroup === undefined ? undefined : select.outGroup);
  return (flow) => {
    if (select.table !== undefined && flow.table !== select.table) return false;
    if (strict && flow.priority !== priority) return false;
    if (mask && (BigInt(flow.cookie) & mask) !== cookie) return false;
    if (strict ? matchKey(flow.match) !== key : !includes(wide, flow.match)) return false;
    return outputs === undefined || sendsTo(flow.actions, outputs);
  };
}

/** Whether some action outputs to the port (text) or group (number). */
function sendsTo(actions: readonly Action[], to: string | number): boolean {
  return actions.some((action) => {
    switch (action.kind) {
      case "output":
      case "output_trunc":
      case "enqueue":
        return typeof to === "string" && String(action.port) === to;
      case "controller":
        return to === "CONTROLLER";
      case "group":
        return action.id === to;
      case "clone":
      case "write_actions":
        return sendsTo(action.actions, to);
      default:
        return false;
    }
  });
}

export function deleteFlows(flows: Flow[], select: readonly FlowSelection[], strict: boolean): Flow[] {
  const isGone = strict ? strictly(select) : anyOf(select, false);
  const gone: Flow[] = [];
  const left = flows.filter((flow) => {
    if (!isGone(flow)) return true;
    gone.push(flow);
    return false;
  });
  if (gone.length === 0) return flows;
  const known = keys.get(flows);
  if (known) for (const flow of gone) known.delete(flowKey(flow));
  handOn(flows, left, known);
  return left;
}

function anyOf(select: readonly FlowSelection[], strict: boolean): (flow: Flow) => boolean {
  const tests = select.map((one) => selector(one, strict));
  return (flow) => tests.some((test) => test(flow));
}

/** A strict selection names one flow of a table; without a table it may mean any. */
function strictly(select: readonly FlowSelection[]): (flow: Flow) => boolean {
  const sites = new Set<number>();
  const named = new Map<string, FlowSelection[]>();
  const anywhere: FlowSelection[] = [];
  for (const one of select) {
    const { table, priority = DEFAULT_PRIORITY, match } = one;
    if (table === undefined) {
      anywhere.push(one);
      continue;
    }
    sites.add(siteOf({ table, priority }));
    const key = flowKey({ table, priority, match });
    named.set(key, [...(named.get(key) ?? []), one]);
  }
  const inAnyTable = anyOf(anywhere, true);
  return (flow) => {
    const here = sites.has(siteOf(flow)) ? named.get(flowKey(flow)) : undefined;
    return (here !== undefined && anyOf(here, true)(flow)) || inAnyTable(flow);
  };
}

/** Gives the selected flows other actions, and another cookie where one is given. */
export function modifyFlows(
  flows: Flow[],
  select: FlowSelection,
  strict: boolean,
  { actions, cookie }: { actions: Action[]; cookie?: string },
): Flow[] {
  const takes = selector(select, strict);
  let found = false;
  const out = flows.map((flow) => {
    if (!takes(flow)) return flow;
    found = true;
    // Actions read anew for each flow's own match: what they push depends on it.
    return canonicalFlow({ ...flow, ...(cookie !== undefined && { cookie }), actions });
  });
  return found ? out : flows;
}
