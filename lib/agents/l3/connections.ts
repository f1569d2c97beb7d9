/**
 * Connections by a floating IP or a port forwarding end with it.
 * Source: neutron/agent/linux/ip_lib.py delete_conntrack_state, delete_socket_conntrack_state; agent/l3/router_info.py,
 * dvr_local_router.py, dvr_edge_router.py, extensions/port_forwarding.py.
 */
import type { Command } from "../../host/command/command.ts";
import type { ConntrackFilter } from "../../host/command/conntrack.ts";
import { findNamespace } from "../../host/edit.ts";
import type { Told } from "../agent.ts";
import type { HostView, RouterView } from "../view.ts";
import { isCentral } from "./distributed-router.ts";
import { fipNamespace, routerNamespace, snatNamespace } from "./names.ts";

interface Place {
  readonly netns: string;
  readonly address: string;
}

/** @param before with the routers that the agent had */
export function endedConnections(before: Told & { readonly routers: readonly RouterView[] }, after: Told): Command[] {
  if (before.view.routers === after.view.routers) return [];
  const routers = new Map(after.view.routers.map((one) => [one.id, one]));
  return before.routers.flatMap((was) => {
    const now = routers.get(was.id);
    // With the router its namespace goes, and all that was in it.
    return now === undefined || now === was
      ? []
      : [...ofForwardings(before.view, was, now), ...ofAddresses(before.view, was, after.view, now)].filter(
          ({ netns }) => findNamespace(after.host, netns),
        );
  });
}

function ofAddresses(before: HostView, was: RouterView, after: HostView, now: RouterView): Command[] {
  const left = new Set(places(after, now).map(({ netns, address }) => `${netns} ${address}`));
  return places(before, was)
    .filter(({ netns, address }) => !left.has(`${netns} ${address}`))
    .flatMap(({ netns, address }) => [drop(netns, { dst: address }), drop(netns, { replyDst: address })]);
}

/** Where a router has its floating IPs. */
function places(view: HostView, router: RouterView): Place[] {
  const { id, distributed, gateway, floatingIps, portForwardings } = router;
  if (!gateway) return [];
  const forwarded = portForwardings.map((one) => one.floatingAddress);
  if (!distributed)
    return [...floatingIps.map((one) => one.address), ...forwarded].map((address) => ({
      netns: routerNamespace(id),
      address,
    }));
  const here = floatingIps.filter((one) => one.host === view.settings.name && !one.snatBound);
  const central = isCentral(view, router)
    ? [...floatingIps.filter((one) => one.snatBound).map((one) => one.address), ...forwarded]
    : [];
  return [
    // floating_ip_removed_dist looks at the end of the pair that is in the fip namespace.
    ...here.map(({ address }) => ({ netns: fipNamespace(gateway.networkId), address })),
    ...central.map((address) => ({ netns: snatNamespace(id), address })),
  ];
}

function ofForwardings(view: HostView, was: RouterView, now: RouterView): Command[] {
  if (was.portForwardings === now.portForwardings) return [];
  if (was.distributed && !isCentral(view, was)) return [];
  const netns = was.distributed ? snatNamespace(was.id) : routerNamespace(was.id);
  const left = new Set(now.portForwardings.map((one) => JSON.stringify(one)));
  return was.portForwardings
    .filter((one) => !left.has(JSON.stringify(one)))
    .map(({ floatingAddress: dst, protocol: proto, externalPort }) =>
      drop(netns, { dst, proto, dport: externalPort.from }),
    );
}

function drop(netns: string, filter: ConntrackFilter): Command {
  return { netns, run: { tool: "conntrack", kind: "delete", filter } };
}
