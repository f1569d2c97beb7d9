/** Routers that were set up already: while neither what is told of one nor its namespaces change, there is nothing to do. */
import { findNamespace } from "../../host/edit.ts";
import type { HostState, Namespace } from "../../host/state.ts";
import type { HostView, PortView, RouterView } from "../view.ts";
import { fipNamespace, routerNamespace, snatNamespace } from "./names.ts";

/** What one came to, kept with its namespace: each host has its own. */
interface Settled {
  readonly router: RouterView;
  readonly rest: readonly unknown[];
}

const known = new WeakMap<Namespace, Settled>();

export function isSettled(view: HostView, host: HostState, router: RouterView): boolean {
  const ns = findNamespace(host, routerNamespace(router.id));
  const settled = ns && known.get(ns);
  if (settled?.router !== router) return false;
  const rest = restOf(view, host, router);
  return rest.length === settled.rest.length && rest.every((one, i) => one === settled.rest[i]);
}

export function setSettled(view: HostView, host: HostState, router: RouterView): void {
  const ns = findNamespace(host, routerNamespace(router.id));
  if (ns) known.set(ns, { router, rest: restOf(view, host, router) });
}

/** Whether the router's namespace was made when it was distributed and is not now, or the other way round. */
export function wasOfOtherKind(host: HostState, { id, distributed }: RouterView): boolean {
  const ns = findNamespace(host, routerNamespace(id));
  const before = ns && known.get(ns);
  if (before) return before.router.distributed !== distributed;
  const device = distributed ? "qg-" : "rfp-";
  return ns?.links.some((one) => one.name.startsWith(device)) === true;
}

/** All else that a plan looks at. */
function restOf(view: HostView, host: HostState, router: RouterView): unknown[] {
  const external = router.gateway?.networkId;
  const netns = routerNamespace(router.id);
  return [
    view.settings,
    ...endpointsOf(router).map((port) => view.networks.get(port.networkId)),
    findNamespace(host, snatNamespace(router.id)),
    external === undefined ? undefined : findNamespace(host, fipNamespace(external)),
    host.processes.filter((one) => one.netns === netns).length,
  ];
}

function endpointsOf({ gateway, agentGateway, interfaces, snatInterfaces }: RouterView): PortView[] {
  return [...[gateway, agentGateway].filter((one) => one !== null), ...interfaces, ...snatInterfaces];
}
