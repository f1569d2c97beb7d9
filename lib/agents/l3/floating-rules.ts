/** Floating IPs of a distributed router: a rule in the router, a route in the fip namespace. Source: neutron/agent/l3/dvr_local_router.py. */
import type { PolicyRule } from "../../host/state.ts";
import { hostCidr } from "../interface-driver/addresses.ts";
import type { Hand } from "../interface-driver/hand.ts";
import { removeRoute, removeRule, routesOf, setRoute, setRule } from "../interface-driver/routes.ts";
import type { FloatingIpView, HostView, RouterView } from "../view.ts";
import type { Link } from "./fip-namespace.ts";
import { routerNamespace } from "./names.ts";
import { FLOATING_TABLE, subnetCidrs } from "./redirect.ts";
import { isRoutedOutside } from "./scopes.ts";

/** FIP_PR_START, FIP_PR_END: agents keep who has which in a file; here each is read back from its rule. */
const PRIORITIES = { first: 32_768, end: 72_768 } as const;

export function setFloatingRules(hand: Hand, router: RouterView, local: readonly FloatingIpView[]): void {
  const netns = routerNamespace(router.id);
  const wanted = new Set(local.map((one) => one.fixedAddress));
  for (const rule of floatingRules(hand, netns)) if (!wanted.has(sourceOf(rule))) removeRule(hand, netns, rule);
  for (const from of wanted) {
    if (floatingRules(hand, netns).some((rule) => sourceOf(rule) === from)) continue;
    setRule(hand, netns, { family: 4, from: hostCidr(from), table: FLOATING_TABLE, priority: freePriority(hand) });
  }
}

/** Routes back to the router: of floating IPs, and of networks that are known outside. */
export function setFloatingRoutes(
  hand: Hand,
  view: HostView,
  router: RouterView,
  local: readonly FloatingIpView[],
  { fip, pair, toRouter }: Link,
): void {
  const { gateway } = router;
  const outside = router.interfaces.filter((one) => one.adminUp && gateway && isRoutedOutside(view, one, gateway));
  const wanted = [
    ...local.map(({ address }) => hostCidr(address)),
    ...outside.flatMap((one) => subnetCidrs(view, one)),
  ];
  for (const route of routesOf(hand, fip))
    if (route.dev === toRouter && route.via === pair.router && route.table === "main" && !wanted.includes(route.dst))
      removeRoute(hand, fip, route);
  for (const dst of wanted) setRoute(hand, fip, { dst, via: pair.router, dev: toRouter });
}

function floatingRules(hand: Hand, netns: string): PolicyRule[] {
  return (hand.namespace(netns)?.rules ?? []).filter(isFloating);
}

function isFloating({ table, priority }: PolicyRule): boolean {
  return table === FLOATING_TABLE && priority >= PRIORITIES.first && priority < PRIORITIES.end;
}

const sourceOf = ({ src }: PolicyRule) => src?.replace(/\/32$/, "") ?? "";

function freePriority(hand: Hand): number {
  const used = new Set(hand.host.namespaces.flatMap((ns) => ns.rules.filter(isFloating).map((rule) => rule.priority)));
  let priority: number = PRIORITIES.first;
  while (used.has(priority)) priority++;
  return priority;
}
