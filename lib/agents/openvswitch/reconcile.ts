/** A bridge's flows with the agent's own brought up to date. */
import { flowKey, hasAny, siteOf } from "../../host/command/ovs/flow-table.ts";
import { appended, differing } from "../../host/differing.ts";
import type { Flow } from "../../net/openflow/ast.ts";
import { printActions, printTerms } from "../../net/openflow/print.ts";

/** Installed flow → the planned one that it was found to be. */
const adopted = new WeakMap<Flow, Flow>();

function isSame(installed: Flow, planned: Flow): boolean {
  const equal =
    installed.cookie === planned.cookie &&
    printTerms(installed) === printTerms(planned) &&
    printActions(installed.actions) === printActions(planned.actions);
  if (equal) adopted.set(installed, planned);
  return equal;
}

/** Flows that were brought up to date, and what was planned. */
export interface Settled {
  readonly flows: Flow[];
  readonly planned: Groups;
}

/**
 * What is planned and installed stays the object that it is; what is the agent's own and not planned goes; the rest of what
 * is planned comes last. No two planned flows may have the same match.
 * @param own must take the same flows for its own as it did for `last`
 */
export function reconcile(
  installed: Flow[],
  planned: Groups,
  own: (flow: Flow) => boolean,
  last: Settled | undefined,
): Settled {
  const { open, strange } =
    (last && newcomers(last, installed, planned, own)) ?? lookedThrough(installed, planned, own);
  const flows = strange.size === 0 && open.size === 0 ? installed : brought(installed, open, strange, own);
  return { flows, planned };
}

type Groups = readonly (readonly Flow[])[];

/** What is planned and was not found, and what is the agent's own and was not known. */
interface Found {
  readonly open: Set<Flow>;
  readonly strange: ReadonlySet<Flow>;
}

/** Only what is other than it was left; undefined where something is no longer planned. */
function newcomers(
  last: Settled,
  installed: readonly Flow[],
  planned: Groups,
  own: (flow: Flow) => boolean,
): Found | undefined {
  const plans = differing(last.planned, planned);
  if (plans.gone.some((group) => group.length > 0)) return undefined;
  const { gone, come } = differing(last.flows, installed);
  const lost = gone.filter(own).map((flow) => adopted.get(flow) ?? flow);
  const open = new Set([...plans.come.flat(), ...lost]);
  return { open, strange: takenOut(open, come, own) };
}

/** By identity first: nearly all are what they were. A bridge may have many more of others, which are not looked at. */
function lookedThrough(installed: readonly Flow[], planned: Groups, own: (flow: Flow) => boolean): Found {
  const open = new Set<Flow>();
  for (const group of planned) for (const flow of group) open.add(flow);
  return { open, strange: takenOut(open, installed, own) };
}

/** What of the agent's own was not to be taken out of `open`. */
function takenOut(open: Set<Flow>, installed: readonly Flow[], own: (flow: Flow) => boolean): Set<Flow> {
  const strange = new Set<Flow>();
  for (const flow of installed) {
    if (!own(flow) || open.delete(flow)) continue;
    const known = adopted.get(flow);
    if (known === undefined || !open.delete(known)) strange.add(flow);
  }
  return strange;
}

function brought(
  installed: Flow[],
  open: ReadonlySet<Flow>,
  strange: ReadonlySet<Flow>,
  own: (flow: Flow) => boolean,
): Flow[] {
  const wanted = new Map([...open].map((flow) => [flowKey(flow), flow]));
  if (strange.size === 0 && !hasAny(installed, wanted.keys())) return appended(installed, [...wanted.values()]);
  const sites = new Set([...open].map(siteOf));
  const isInPlace = (flow: Flow) =>
    strange.has(flow) || (sites.has(siteOf(flow)) && !own(flow) && wanted.has(flowKey(flow)));
  const kept = withoutStrange(installed, isInPlace, wanted, own);
  return wanted.size === 0 ? kept : appended(kept, [...wanted.values()]);
}

/** Strange flows may be planned ones that others wrote, old ones, or none of the agent's. Takes out of `wanted` what is there. */
function withoutStrange(
  installed: Flow[],
  isStrange: (flow: Flow) => boolean,
  wanted: Map<string, Flow>,
  own: (flow: Flow) => boolean,
): Flow[] {
  let changed = false;
  const out: Flow[] = [];
  for (const flow of installed) {
    if (!isStrange(flow)) {
      out.push(flow);
      continue;
    }
    const key = flowKey(flow);
    const want = wanted.get(key);
    if (want !== undefined) wanted.delete(key);
    const same = want !== undefined && isSame(flow, want);
    if (!same) changed ||= want !== undefined || own(flow);
    if (want !== undefined) out.push(same ? flow : want);
    else if (!own(flow)) out.push(flow);
  }
  return changed ? out : installed;
}
