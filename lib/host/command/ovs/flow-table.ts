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

/**
 * Where the flows of a list are, by their keys. Lists follow from each other by small changes: the newest of a line takes
 * this over from the one before, which must be looked through anew when it is asked once more.
 */
interface Places {
  readonly byKey: Map<string, number>;
  /** How many flows were taken out since the places were noted: so far may the others have moved up. */
  readonly moved: number;
}

const places = new WeakMap<readonly Flow[], Places>();
/** When more were taken out than this, places are looked for anew. */
const FAR = 64;

function placesOf(flows: readonly Flow[]): Places {
  let own = places.get(flows);
  if (!own) {
    const byKey = new Map<string, number>();
    for (let i = flows.length - 1; i >= 0; i--) byKey.set(flowKey(flows[i] as Flow), i);
    own = { byKey, moved: 0 };
    places.set(flows, own);
  }
  return own;
}

/** @param to has the same flows where `from` has them, unless its places say otherwise */
export function handOn(from: readonly Flow[], to: readonly Flow[], known: Places | undefined = places.get(from)): void {
  if (!known || from === to) return;
  places.delete(from);
  places.set(to, known);
}

/** -1 where no flow has this key. */
function placeOf(flows: readonly Flow[], { byKey, moved }: Places, key: string): number {
  const at = byKey.get(key) ?? -1;
  for (let i = at; i >= 0 && i >= at - moved; i--) {
    const flow = flows[i];
    if (flow && flowKey(flow) === key) return i;
  }
  return -1;
}

/** Adds flows, or puts them in the place of those with equal table, priority and match. */
export function addFlows(flows: Flow[], added: readonly Flow[]): Flow[] {
  if (added.length === 0) return flows;
  const known = placesOf(flows);
  const out = flows.slice();
  for (const one of added) {
    const flow = canonicalFlow(one);
    const key = flowKey(flow);
    const at = placeOf(out, known, key);
    if (at >= 0) out[at] = flow;
    else known.byKey.set(key, out.push(flow) - 1);
  }
  handOn(flows, out, known);
  return out;
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
  const known = places.get(flows) ?? (strict && select.length > MANY ? placesOf(flows) : undefined);
  const left = strict && known ? withoutKeys(flows, known, select) : flows.filter(withoutSelected(select, strict));
  if (left.length === flows.length) return flows;
  const moved = known ? known.moved + flows.length - left.length : FAR;
  if (known && moved < FAR) handOn(flows, left, { ...known, moved });
  return left;
}

/** From here on it pays to look flows up by their key. */
const MANY = 4;

function withoutSelected(select: readonly FlowSelection[], strict: boolean): (flow: Flow) => boolean {
  const tests = select.map((one) => selector(one, strict));
  return (flow) => !tests.some((test) => test(flow));
}

/** Strict selections name one flow of a table each; those without a table may be meant for any. */
function withoutKeys(flows: readonly Flow[], known: Places, select: readonly FlowSelection[]): Flow[] {
  const gone = new Set<number>();
  const anywhere: FlowSelection[] = [];
  for (const one of select) {
    if (one.table === undefined) {
      anywhere.push(one);
      continue;
    }
    const at = placeOf(flows, known, `${one.table},${one.priority ?? 32768},${matchKey(one.match)}`);
    const flow = flows[at];
    if (flow && selector(one, true)(flow)) gone.add(at);
  }
  const left = gone.size === 0 ? flows.slice() : flows.filter((_, i) => !gone.has(i));
  return anywhere.length === 0 ? left : left.filter(withoutSelected(anywhere, true));
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
