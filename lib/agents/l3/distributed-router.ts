/**
 * A router that is on every host that has guests behind it; what has no floating IP leaves by one host's snat namespace.
 * Source: neutron/agent/l3/dvr_local_router.py, dvr_edge_router.py, dvr_snat_ns.py.
 */

import { cidrContains } from "../../net/address.ts";
import type { Hand } from "../interface-driver/hand.ts";
import { unplugOthers } from "../interface-driver/plug.ts";
import type { HostView, RouterView } from "../view.ts";
import { setExtraRoutes } from "./extra-routes.ts";
import { type Link, removeLinks, setFipNamespace, setLink } from "./fip-namespace.ts";
import { distributedFirewall, distributedMarks, servedFloatingIps, snatFirewall } from "./firewall.ts";
import { setFloatingRoutes, setFloatingRules } from "./floating-rules.ts";
import type { ScopeMarks } from "./iptables/scope-marks.ts";
import { floatingAddresses, setFloatingAddresses, setInternalPorts } from "./legacy-router.ts";
import { deviceName, routerNamespace, snatNamespace } from "./names.ts";
import { deleteNamespace, setFirewall, setNamespace } from "./namespace.ts";
import { setNeighbours } from "./neighbours.ts";
import { setAdvertiser } from "./radvd.ts";
import { setRedirects } from "./redirect.ts";
import { setGatewayPort, setInternalPort } from "./router-port.ts";

export function setDistributedRouter(hand: Hand, view: HostView, router: RouterView): void {
  const netns = routerNamespace(router.id);
  const central = isCentral(view, router);
  const reachesOutside = view.settings.l3Mode !== "dvr_no_external";
  if (!central) deleteNamespace(hand, snatNamespace(router.id));
  setNamespace(hand, netns);
  setInternalPorts(hand, view, router, netns);
  setAdvertiser(hand, view, router);
  setNeighbours(hand, router, netns);
  const link = reachesOutside ? setOutside(hand, view, router) : undefined;
  // "all" of the gateway; each interface that redirects has its own.
  if (router.gateway) hand.sysctl(netns, { "net.ipv4.conf.all.send_redirects": "0" });
  setRedirects(hand, view, router, netns, reachesOutside);
  const marks = distributedMarks(view, router, central);
  setFirewall(hand, netns, distributedFirewall(view, router, marks, link?.toOutside));
  const local = link ? servedFloatingIps(view, router).filter((one) => !one.snatBound) : [];
  setFloatingRules(hand, router, local);
  if (link) setFloatingRoutes(hand, view, router, local, link);
  if (central) setSnat(hand, view, router, marks);
  setExtraRoutes(hand, netns, router.routes);
  if (central) setExtraRoutes(hand, snatNamespace(router.id), router.routes);
  if (link) setExtraRoutes(hand, link.fip, routesOutside(view, router), { table: link.table, proto: "boot" });
}

/** Whether the router's snat namespace is here. */
export function isCentral({ settings }: HostView, router: RouterView): boolean {
  return settings.l3Mode === "dvr_snat" && router.gateway !== null && router.gatewayHost === settings.name;
}

function setOutside(hand: Hand, view: HostView, router: RouterView): Link | undefined {
  const { gateway, agentGateway } = router;
  const network = gateway ? view.networks.get(gateway.networkId) : undefined;
  if (!network || !agentGateway) {
    removeLinks(hand, routerNamespace(router.id));
    return undefined;
  }
  setFipNamespace(hand, view, agentGateway);
  return setLink(hand, router, network, agentGateway);
}

/** Of the router's own routes, those over the external network: _check_if_route_applicable_to_fip_namespace. */
function routesOutside(view: HostView, { routes, agentGateway }: RouterView): RouterView["routes"] {
  const subnets = agentGateway ? (view.networks.get(agentGateway.networkId)?.subnets ?? []) : [];
  return routes.filter(({ nexthop }) => subnets.some(({ cidr }) => cidrContains(cidr, nexthop)));
}

function setSnat(hand: Hand, view: HostView, router: RouterView, marks: ScopeMarks): void {
  const netns = snatNamespace(router.id);
  const { gateway } = router;
  if (!gateway) return;
  setNamespace(hand, netns, {
    "net.ipv4.ip_nonlocal_bind": "0",
    // A connection that is taken up in the middle would not be translated as it was.
    "net.netfilter.nf_conntrack_tcp_loose": "0",
  });
  unplugOthers(hand, netns, "sg-", new Set(router.snatInterfaces.map(({ id }) => deviceName("sg-", id))));
  for (const port of router.snatInterfaces) setInternalPort(hand, view, netns, deviceName("sg-", port.id), port);
  const device = deviceName("qg-", gateway.id);
  unplugOthers(hand, netns, "qg-", new Set([device]));
  const bound = router.floatingIps.filter((one) => one.snatBound);
  const floating = floatingAddresses(bound, router.portForwardings);
  setGatewayPort(hand, view, netns, device, gateway, floating);
  setFirewall(hand, netns, snatFirewall(view, router, marks));
  setFloatingAddresses(hand, netns, device, floating, gateway.fixedIps);
}
