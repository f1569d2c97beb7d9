/** neutron-l3-agent. Source: neutron/agent/l3/agent.py, namespace_manager.py. */
import type { HostState } from "../../host/state.ts";
import type { Agent, Step } from "../agent.ts";
import { Hand } from "../interface-driver/hand.ts";
import { hasBridge } from "../interface-driver/plug.ts";
import { endProxy, setRouterProxy } from "../metadata/proxy.ts";
import type { HostView, RouterView } from "../view.ts";
import { endedConnections } from "./connections.ts";
import { isCentral, setDistributedRouter } from "./distributed-router.ts";
import { removeLinks } from "./fip-namespace.ts";
import { setLegacyRouter } from "./legacy-router.ts";
import { fipNamespace, isL3Namespace, routerNamespace, snatNamespace } from "./names.ts";
import { deleteNamespace } from "./namespace.ts";
import { endProcesses } from "./processes.ts";
import { isSettled, setSettled, wasOfOtherKind } from "./settled.ts";

/** Why the agent here does not build this router; undefined: it does. */
export function refusal({ settings }: HostView, router: RouterView): string | undefined {
  if (!router.adminUp) return "the router is administratively down";
  if (router.ha) return "the router is highly available, and VRRP is not simulated";
  if (router.distributed && settings.l3Mode === "legacy")
    return "the router is distributed, and the agent's mode is legacy";
  if (!router.distributed && (settings.l3Mode === "dvr" || settings.l3Mode === "dvr_no_external"))
    return `the router is not distributed, and the agent's mode is ${settings.l3Mode}`;
  return undefined;
}

const cleanUp: Step = {
  name: "clean up namespaces",
  plan: (view, host) => {
    const routers = served(view);
    const kept = new Set(routers.flatMap((router) => namespacesOf(view, router)));
    // A router changes its kind while it is down, when agents delete it: one that missed that makes up for it.
    for (const router of routers) if (wasOfOtherKind(host, router)) kept.delete(routerNamespace(router.id));
    const stale = host.namespaces.filter((one) => isL3Namespace(one.name) && !kept.has(one.name));
    if (stale.length === 0) return host;
    const hand = new Hand(host);
    for (const { name } of stale) {
      endProxy(hand, name.slice(name.indexOf("-") + 1));
      endProcesses(hand, (one) => one.netns === name);
      removeLinks(hand, name);
      deleteNamespace(hand, name);
    }
    return hand.host;
  },
};

const setUpRouters: Step = {
  name: "set up routers",
  plan: (view, host) => served(view).reduce((now, router) => withRouter(view, now, router), host),
  cleanUp: (before, after) => endedConnections({ ...before, routers: served(before.view) }, after),
};

export const L3_AGENT: Agent = { kind: "l3", steps: [cleanUp, setUpRouters] };

function served(view: HostView): RouterView[] {
  return view.routers.filter((router) => refusal(view, router) === undefined);
}

function namespacesOf(view: HostView, router: RouterView): string[] {
  const { gateway, agentGateway } = router;
  const outside = router.distributed && gateway && agentGateway && view.settings.l3Mode !== "dvr_no_external";
  return [
    routerNamespace(router.id),
    ...(router.distributed && isCentral(view, router) ? [snatNamespace(router.id)] : []),
    ...(outside ? [fipNamespace(gateway.networkId)] : []),
  ];
}

function withRouter(view: HostView, host: HostState, router: RouterView): HostState {
  const hand = new Hand(host);
  if (!hasBridge(hand) || isSettled(view, host, router)) return host;
  if (router.distributed) setDistributedRouter(hand, view, router);
  else setLegacyRouter(hand, view, router);
  setRouterProxy(hand, routerNamespace(router.id), router.id);
  setSettled(view, hand.host, router);
  return hand.host;
}
