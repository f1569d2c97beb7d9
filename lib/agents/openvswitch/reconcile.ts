/** A bridge's flows with the agent's own brought up to date. */
import { flowKey } from "../../host/command/ovs/flow-table.ts";
import type { Flow } from "../../net/openflow/ast.ts";
import { printActions, printTerms } from "../../net/openflow/print.ts";

const keys = new WeakMap<Flow, string>();

function keyOf(flow: Flow): string {
  let key = keys.get(flow);
  if (key === undefined) {
    key = flowKey(flow);
    keys.set(flow, key);
  }
  return key;
}

/** Planned flow → the installed one that was found to be the same. */
const same = new WeakMap<Flow, Flow>();

function isSame(installed: Flow, planned: Flow): boolean {
  if (installed === planned || same.get(planned) === installed) return true;
  const equal =
    installed.cookie === planned.cookie &&
    printTerms(installed) === printTerms(planned) &&
    printActions(installed.actions) === printActions(planned.actions);
  if (equal) same.set(planned, installed);
  return equal;
}

/**
 * What is planned and installed stays the object that it is; what is the agent's own and not planned goes; the rest of what
 * is planned comes last. Of two planned flows with one match the later one counts.
 */
export function reconcile(
  installed: Flow[],
  planned: readonly (readonly Flow[])[],
  own: (flow: Flow) => boolean,
): Flow[] {
  const wanted = new Map<string, Flow>();
  for (const group of planned) for (const flow of group) wanted.set(keyOf(flow), flow);
  let changed = false;
  const out: Flow[] = [];
  for (const flow of installed) {
    const key = keyOf(flow);
    const want = wanted.get(key);
    if (want === undefined) {
      if (own(flow)) changed = true;
      else out.push(flow);
      continue;
    }
    wanted.delete(key);
    if (isSame(flow, want)) out.push(flow);
    else {
      out.push(want);
      changed = true;
    }
  }
  for (const flow of wanted.values()) out.push(flow);
  return changed || wanted.size > 0 ? out : installed;
}
