/** What became different between two views, as far as it concerns filters that are there already. */
import type { Told } from "../agent.ts";
import type { PortView, SecurityGroupView } from "../view.ts";
import { firewalledPorts } from "./devices.ts";

/** With the ports of the view that were plugged. */
export interface Filtered extends Told {
  readonly ports: readonly PortView[];
}

export interface Changes {
  /** Filtered ports as they were, and as they are; `now` is undefined for one that has gone. */
  readonly ports: readonly { readonly was: PortView; readonly now: PortView | undefined }[];
  /** Groups that both views have, and that are no longer the same. */
  readonly groups: readonly { readonly was: SecurityGroupView; readonly now: SecurityGroupView }[];
}

const NONE: Changes = { ports: [], groups: [] };

export function changesOf(before: Filtered, after: Filtered): Changes {
  const sameGroups = before.view.securityGroups === after.view.securityGroups;
  if (before.ports === after.ports && sameGroups) return NONE;
  const groups = sameGroups
    ? []
    : [...before.view.securityGroups].flatMap(([id, was]) => {
        const now = after.view.securityGroups.get(id);
        return now === undefined || now === was ? [] : [{ was, now }];
      });
  return { ports: changedPorts(before.ports, after.ports), groups };
}

function changedPorts(before: readonly PortView[], after: readonly PortView[]): Changes["ports"] {
  if (before === after) return [];
  const known = new Map(after.map((port) => [port.id, port]));
  return firewalledPorts(before).filtered.flatMap((was) => {
    const now = known.get(was.id);
    return was === now ? [] : [{ was, now }];
  });
}
