/** Revisions of routers: they count a router's ports, too. Source: neutron/services/revisions/revision_plugin.py, neutron/db/models/l3.py revises_on_change. */
import type { Change } from "../resource.ts";
import { timestamp } from "../standard.ts";
import { type Router, routers } from "./model.ts";

/** Writes what is other than before; nothing, and no revision, when nothing is. */
export async function reviseRouter(change: Change, router: Router, changes: Partial<Router>): Promise<Router> {
  const names = Object.keys(changes) as (keyof Router)[]; // Of a part of a router.
  const same = names.every((name) => JSON.stringify(changes[name]) === JSON.stringify(router[name]));
  return same ? router : raise(change, router, 1, changes);
}

/** A router has got or lost ports. */
export function countPorts(
  change: Change,
  router: Router,
  ports: number,
  changes: Partial<Router> = {},
): Promise<Router> {
  return raise(change, router, ports + (Object.keys(changes).length > 0 ? 1 : 0), changes);
}

async function raise(change: Change, router: Router, by: number, changes: Partial<Router>): Promise<Router> {
  if (by === 0) return router;
  const revision_number = router.revision_number + by;
  return routers.update(change.tx, { ...router, ...changes, revision_number, updated_at: timestamp(change.tx.now) });
}
