/** Routers without a way: no route, no interface on the subnet, a gateway that is none. */
import type { NeutronRouter } from "../api/neutron.ts";
import type { Place, VerdictEvent } from "../datapath/event.ts";
import { cidrContains } from "../net/address.ts";
import { named, portOfDevice } from "./catalog.ts";
import type { Case, Refined } from "./intent.ts";

/** A router sent a packet for a tenant's subnet to the outside: its own way there is missing. */
export function leftOutside(c: Case, v: VerdictEvent): Refined | undefined {
  if (v.leg !== "request" && v.leg !== "reply" && !v.leg.startsWith("resolve")) return undefined;
  const sent = c.frames.filter((f) => f.leg === (v.leg === "reply" ? "reply" : "request"));
  const out = sent.findLast((f) => f.dir === "out" && /^(qg-|fg-|rfp-)/.test(f.device));
  const dst = out?.packet.ip_dst;
  const subnet = dst === undefined ? undefined : c.catalog.api.subnets.find((s) => cidrContains(s.cidr, dst));
  if (!out || !subnet || c.catalog.networks.get(subnet.network_id)?.["router:external"]) return undefined;
  // The router that should have known: the first namespace that the packet came into.
  const at = sent.find((f) => f.dir === "in" && f.netns.startsWith("qrouter-")) ?? out;
  const routerId = at.netns.replace(/^[a-z]+-/, "");
  const router = c.catalog.routers.get(routerId);
  const port = c.catalog.api.ports.find(
    (p) =>
      p.device_id === routerId &&
      p.fixed_ips.some((f) => f.subnet_id === subnet.id && !p.device_owner.includes("snat")),
  );
  const common = { outcome: "dropped" as const, ...(router ? { resource: named("router", router) } : {}) };
  const extra = router && dst !== undefined ? lostRoute(c, router, dst, at) : undefined;
  if (extra) return { ...common, ...extra };
  const nearest = at.netns === out.netns ? out.device : at.device;
  const place = { host: at.host, netns: at.netns, device: port ? `qr-${port.id.slice(0, 11)}` : nearest };
  if (!port)
    return {
      ...common,
      code: "ROUTER_INTERFACE_MISSING",
      element: { type: "config", text: `no router interface on ${subnet.cidr}` },
      place,
    };
  const links = c.hosts.get(at.host)?.namespaces.find((n) => n.name === at.netns)?.links;
  const link = links?.find((l) => l.name === place.device);
  if (!link)
    return {
      ...common,
      code: "ROUTER_INTERFACE_MISSING",
      element: { type: "link", text: `${place.device}: no such device in ${at.netns}, no route to ${subnet.cidr}` },
      place,
    };
  // A link that goes down takes its connected route with it.
  if (!link.up)
    return {
      ...common,
      code: "LINK_DOWN",
      element: { type: "link", text: `${link.ifindex}: ${link.name}: state DOWN` },
      place,
    };
  // And so does an address that is taken away.
  const address = port.fixed_ips.find((f) => f.subnet_id === subnet.id)?.ip_address;
  const addresses = c.hosts.get(at.host)?.namespaces.find((n) => n.name === at.netns)?.addresses;
  if (!addresses?.some((a) => a.address === address))
    return {
      ...common,
      code: "ROUTER_INTERFACE_MISSING",
      element: { type: "link", text: `${link.name}: has no address ${address}` },
      place,
    };
  return {
    ...common,
    code: "NO_ROUTE",
    element: { type: "route", text: `no route to ${subnet.cidr} in ${at.netns}` },
    place,
  };
}

/** A route that users gave the router, and its namespace lacks. */
function lostRoute(c: Case, { routes }: NeutronRouter, dst: string, at: Place): Refined | undefined {
  const route = (routes ?? []).find((one) => cidrContains(one.destination, dst));
  const there = c.hosts.get(at.host)?.namespaces.find((n) => n.name === at.netns)?.routes ?? [];
  if (!route || there.some((one) => one.dst === route.destination)) return undefined;
  return {
    code: "NO_ROUTE",
    element: { type: "route", text: `no route to ${route.destination} via ${route.nexthop} in ${at.netns}` },
    place: { host: at.host, netns: at.netns, device: at.device },
  };
}

/** A router that asks on its external side for something that is not the subnet's gateway. */
export function wrongGateway(c: Case, v: VerdictEvent, address: string): Refined | undefined {
  if (!/^(qg-|fg-)/.test(v.device) || address === c.probe.to) return undefined;
  const ns = c.hosts.get(v.host)?.namespaces.find((n) => n.name === v.netns);
  const route = ns?.routes.find((r) => r.dst === "0.0.0.0/0" && r.via === address && r.dev === v.device);
  const port = portOfDevice(c.catalog, v.device);
  const subnet = c.catalog.api.subnets.find((s) => s.id === port?.fixed_ips[0]?.subnet_id);
  if (!route || !subnet || subnet.gateway_ip === address) return undefined;
  return {
    code: "GATEWAY_MISSING",
    element: { type: "route", text: `default via ${address} dev ${v.device}` },
    resource: named("subnet", subnet),
  };
}

/**
 * A distributed router's own namespaces lead outside only what its instances send, by rules on their addresses: the router
 * itself has its gateway in the snat namespace (neutron/agent/l3/dvr_edge_router.py).
 */
function outwards(c: Case, netns: string, { id, distributed }: NeutronRouter): string {
  if (!distributed || netns !== `qrouter-${id}` || c.from.origin?.kind !== "netns") return "";
  const name = `snat-${id}`;
  const home = [...c.hosts.values()].find((host) => host.namespaces.some((one) => one.name === name));
  return home === undefined
    ? ""
    : `: a distributed router leads instances alone outside from there; its own gateway is in ${home.name}:${name}, which can be traced from`;
}

export function noRoute(c: Case, v: VerdictEvent): Refined | undefined {
  const dst = (v.leg === "reply" ? undefined : c.probe.to) ?? c.last?.packet.ip_dst;
  if (dst === undefined) return undefined;
  const routerId = /^(?:qrouter|snat)-([0-9a-f-]{36})$/.exec(v.netns)?.[1];
  const router = routerId === undefined ? undefined : c.catalog.routers.get(routerId);
  const target = c.catalog.api.subnets.find((s) => cidrContains(s.cidr, dst));
  const external = target && c.catalog.networks.get(target.network_id)?.["router:external"];
  if (router) {
    const resource = named("router", router);
    // A route that says so itself is the reason: nothing is missing.
    if (v.element?.type === "route" && /^(blackhole|unreachable|prohibit) /.test(v.element.text))
      return { code: v.code, resource };
    const attached = c.catalog.api.ports.some(
      (p) => p.device_id === router.id && p.fixed_ips.some((f) => f.subnet_id === target?.id),
    );
    const extra = v.code === "NO_ROUTE" ? lostRoute(c, router, dst, v) : undefined;
    if (extra) return { ...extra, resource };
    if (target && !external && !attached)
      return {
        code: "ROUTER_INTERFACE_MISSING",
        element: { type: "config", text: `${router.name} has no interface on ${target.cidr}` },
        resource,
      };
    if (target && !external)
      return {
        code: "ROUTER_INTERFACE_MISSING",
        element: { type: "route", text: `no route to ${target.cidr} in ${v.netns}` },
        resource,
      };
    const gateway = c.hosts
      .get(v.host)
      ?.namespaces.find((n) => n.name === v.netns)
      ?.links.find((l) => l.name.startsWith("qg-"));
    // A link that goes down takes the default route with it.
    if (gateway && !gateway.up)
      return {
        code: "LINK_DOWN",
        element: { type: "link", text: `${gateway.ifindex}: ${gateway.name}: state DOWN` },
        resource,
        place: { host: v.host, netns: v.netns, device: gateway.name },
      };
    const text = router.external_gateway_info
      ? `no default route in ${v.netns}${outwards(c, v.netns, router)}`
      : `${router.name} has no external gateway`;
    return { code: "GATEWAY_MISSING", element: { type: "route", text }, resource };
  }
  if (v.netns.startsWith("fip-") && (!target || external)) {
    const element = { type: "route" as const, text: `no default route in ${v.netns}` };
    return { code: "GATEWAY_MISSING", element };
  }
  if (!v.netns.startsWith("guest:") || !c.from.port || v.leg === "reply") return undefined;
  const subnet = c.catalog.subnets.get(c.from.port.fixed_ips[0]?.subnet_id ?? "");
  if (!subnet || subnet.gateway_ip) return undefined;
  return {
    code: "GATEWAY_MISSING",
    element: { type: "config", text: `subnet ${subnet.cidr} has no gateway_ip` },
    resource: named("subnet", subnet),
  };
}
