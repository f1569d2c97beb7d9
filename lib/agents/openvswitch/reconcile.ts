/** A bridge's flows with the agent's own brought up to date. */
import { flowKey } from "../../host/command/ovs/flow-table.ts";
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

/**
 * What is planned and installed stays the object that it is; what is the agent's own and not planned goes; the rest of what
 * is planned comes last. No two planned flows may have the same match.
 */
export function reconcile(
  installed: Flow[],
  planned: readonly (readonly Flow[])[],
  own: (flow: Flow) => boolean,
): Flow[] {
  const open = new Set<Flow>();
  for (const group of planned) for (const flow of group) open.add(flow);
  // By identity first: nearly all are what they were.
  const strange = new Set<Flow>();
  for (const flow of installed) {
    if (open.delete(flow)) continue;
    const known = adopted.get(flow);
    if (known === undefined || !open.delete(known)) strange.add(flow);
  }
  if (strange.size === 0 && open.size === 0) return installed;
  const wanted = new Map([...open].map((flow) => [flowKey(flow), flow]));
  const kept = strange.size === 0 ? installed : withoutStrange(installed, strange, wanted, own);
  return wanted.size === 0 ? kept : kept.concat([...wanted.values()]);
}

/** Strange flows may be planned ones that others wrote, old ones, or none of the agent's. Takes out of `wanted` what is there. */
function withoutStrange(
  installed: Flow[],
  strange: ReadonlySet<Flow>,
  wanted: Map<string, Flow>,
  own: (flow: Flow) => boolean,
): Flow[] {
  let changed = false;
  const out: Flow[] = [];
  for (const flow of installed) {
    if (!strange.has(flow)) {
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
