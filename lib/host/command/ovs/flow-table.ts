/**
 * Flows of a bridge as flow_mod messages change them (ofproto/ofproto.c add_flow, modify_flows, delete_flows). Lists keep
 * their order: a flow that is replaced stays where it was, a new one comes last.
 */
import type { Action, Flow } from "../../../net/openflow/ast.ts";
import { canonicalActions } from "./canonical-actions.ts";
import { canonicalMatch } from "./canonical-match.ts";
import { bitsOf, includes, matchKey } from "./match-bits.ts";
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
    canonical.set(result, result);
  }
  return result;
}

/** Flags of the message, which a flow does not keep. */
const MESSAGE_FLAGS: ReadonlySet<string> = new Set(["check_overlap"]);

const NO_COOKIE = "0x0";

function canonicalCookie(cookie: string): string {
  if (cookie === NO_COOKIE || /^0x[1-9a-f][0-9a-f]*$/.test(cookie)) return cookie;
  return `0x${BigInt(cookie).toString(16)}`;
}

/** What no two flows of a bridge share. */
export function flowKey(flow: Flow): string {
  return `${flow.table},${flow.priority},${matchKey(flow.match)}`;
}

/** Adds flows, or puts them in the place of those with equal table, priority and match. */
export function addFlows(flows: Flow[], added: readonly Flow[]): Flow[] {
  if (added.length === 0) return flows;
  const wanted = new Map<string, Flow>();
  const sites = new Set<number>();
  for (const one of added) {
    const flow = canonicalFlow(one);
    // The same key twice: the last one counts, and the first one's place.
    wanted.set(flowKey(flow), flow);
    sites.add(site(flow));
  }
  let out: Flow[] | undefined;
  for (let i = 0; i < flows.length; i++) {
    const flow = flows[i] as Flow;
    if (!sites.has(site(flow))) continue;
    const key = flowKey(flow);
    const next = wanted.get(key);
    if (!next) continue;
    wanted.delete(key);
    out ??= flows.slice();
    out[i] = next;
  }
  return wanted.size === 0 ? (out ?? flows) : (out ?? flows).concat([...wanted.values()]);
}

/** Cheap to compute, and equal for flows with equal keys. */
function site(flow: Flow): number {
  return flow.table * 65536 + flow.priority;
}

/** Whether a command's selection takes this flow in. */
export function selector(select: FlowSelection, strict: boolean): (flow: Flow) => boolean {
  const wide = bitsOf(select.match);
  const key = strict ? matchKey(select.match) : "";
  const priority = select.priority ?? 32768;
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
  if (select.length === 0) return flows;
  const keep = strict && select.length > MANY ? withoutKeys(select) : withoutSelected(select, strict);
  const left = flows.filter(keep);
  return left.length === flows.length ? flows : left;
}

/** From here on it pays to look flows up by their key. */
const MANY = 4;

function withoutSelected(select: readonly FlowSelection[], strict: boolean): (flow: Flow) => boolean {
  const tests = select.map((one) => selector(one, strict));
  return (flow) => !tests.some((test) => test(flow));
}

/** Priority → match → whether a flow of both is selected. */
function withoutKeys(select: readonly FlowSelection[]): (flow: Flow) => boolean {
  const byPriority = new Map<
    number,
    { tables: Set<number> | undefined; byMatch: Map<string, ((f: Flow) => boolean)[]> }
  >();
  for (const one of select) {
    const priority = one.priority ?? 32768;
    let place = byPriority.get(priority);
    if (!place) {
      place = { tables: new Set(), byMatch: new Map() };
      byPriority.set(priority, place);
    }
    if (one.table === undefined) place.tables = undefined;
    else place.tables?.add(one.table);
    const key = matchKey(one.match);
    const tests = place.byMatch.get(key);
    if (tests) tests.push(selector(one, true));
    else place.byMatch.set(key, [selector(one, true)]);
  }
  return (flow) => {
    const place = byPriority.get(flow.priority);
    if (!place || (place.tables && !place.tables.has(flow.table))) return true;
    return !place.byMatch.get(matchKey(flow.match))?.some((test) => test(flow));
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
