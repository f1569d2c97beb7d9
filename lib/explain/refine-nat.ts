/** Addresses that were not translated, and floating IPs that no namespace answers for. */
import type { NeutronFloatingIp } from "../api/neutron.ts";
import type { VerdictEvent } from "../datapath/event.ts";
import { named } from "./catalog.ts";
import type { Case, Refined } from "./intent.ts";
import { missingNamespace, routerHost } from "./missing-port.ts";

/** A private address outside, or a floating one that nobody turned back. */
export function translation(c: Case, v: VerdictEvent): Refined | undefined {
  const last = v.leg === "reply" ? c.frames.findLast((f) => f.leg === "request") : c.last;
  const packet = last?.packet;
  const dst = packet?.ip_dst;
  const floating = dst === undefined ? undefined : c.catalog.floatingByAddress.get(dst);
  if (floating?.port_id && v.leg === "request" && /^(qrouter|snat|fip)-/.test(v.netns) && v.code === "NO_ROUTE")
    return {
      code: "NAT_MISSING",
      element: {
        type: "config",
        text: `no DNAT of ${floating.floating_ip_address} to ${floating.fixed_ip_address} in ${v.netns}`,
      },
      resource: { type: "floatingip", id: floating.id, name: floating.floating_ip_address },
    };
  const src = packet?.ip_src;
  if (
    !src ||
    // Nobody translates IPv6: what is outside needs a route back.
    src.includes(":") ||
    !(v.outcome === "exited" || (v.leg === "reply" && (v.code === "NO_ROUTE" || v.code === "ARP_UNANSWERED")))
  )
    return undefined;
  const seen = c.frames.filter((f) => f.leg === "request");
  const out = seen.findLast((f) => f.dir === "out" && /^(qg-|fg-|rfp-)/.test(f.device) && f.packet.ip_src === src);
  const owner = c.catalog.portsByAddress.get(src)?.find((p) => p.device_owner.startsWith("compute:"));
  if (!out || !owner) return undefined;
  const fip = c.catalog.api.floatingIps.find((f) => f.port_id === owner.id);
  const routerId = /-([0-9a-f-]{36})$/.exec(out.netns)?.[1];
  const router = routerId === undefined ? undefined : c.catalog.routers.get(routerId);
  const asked = router?.external_gateway_info?.enable_snat === false;
  const why = asked ? `${router.name || router.id} has enable_snat false` : `no SNAT of ${src} in ${out.netns}`;
  const text = `${why}: ${asked ? src : "it"} left by ${out.device} as it was`;
  const place = { host: out.host, netns: out.netns, device: out.device };
  if (fip)
    return {
      code: "NAT_MISSING",
      outcome: "dropped",
      element: { type: "config", text },
      resource: { type: "floatingip", id: fip.id, name: fip.floating_ip_address },
      place,
    };
  return {
    code: "NAT_MISSING",
    outcome: "dropped",
    element: { type: "config", text },
    ...(router ? { resource: named("router", router) } : {}),
    place,
  };
}

/** The namespace that ought to answer for a floating IP is not there. */
export function floatingNamespace(c: Case, floating: NeutronFloatingIp): Refined | undefined {
  const router = floating.router_id ? c.catalog.routers.get(floating.router_id) : undefined;
  const port = floating.port_id ? c.catalog.ports.get(floating.port_id) : undefined;
  if (!router || !port) return undefined;
  const resource = { type: "floatingip" as const, id: floating.id, name: floating.floating_ip_address };
  const hostName = router.distributed ? port["binding:host_id"] : routerHost(c, router.id);
  const host = hostName ? c.hosts.get(hostName) : undefined;
  if (!host) return undefined;
  const wanted = router.distributed
    ? [`fip-${floating.floating_network_id}`, `qrouter-${router.id}`]
    : [`qrouter-${router.id}`];
  const missing = wanted.find((name) => !host.namespaces.some((n) => n.name === name));
  if (missing !== undefined) return missingNamespace(host.name, missing, resource);
  const ns = host.namespaces.find((n) => n.name === wanted[0]);
  const fg = ns?.links.find((l) => l.name.startsWith("fg-"));
  if (!ns || !fg) return undefined;
  const place = { host: host.name, netns: ns.name, device: fg.name };
  const code = "FLOATING_IP_NOT_CONFIGURED";
  const name = floating.floating_ip_address;
  if (!ns.routes.some((r) => r.dst === `${name}/32` || r.dst === name))
    return { code, element: { type: "route", text: `no route to ${name} in ${ns.name}` }, resource, place };
  // The fip namespace answers ARP for what it has a route to (net.ipv4.conf.<fg>.proxy_arp).
  const key = `net.ipv4.conf.${fg.name}.proxy_arp`;
  const on = ns.sysctls[key] === "1" || ns.sysctls["net.ipv4.conf.all.proxy_arp"] === "1";
  return on
    ? undefined
    : { code, element: { type: "sysctl", text: `${key} = ${ns.sysctls[key] ?? "0"}` }, resource, place };
}
