/** Guests that were told another gateway than their subnet's. */
import { gatewayOption } from "../collect/guests.ts";
import type { VerdictEvent } from "../datapath/event.ts";
import { named } from "./catalog.ts";
import type { End } from "./end.ts";
import type { Case, Refined } from "./intent.ts";

/** The gateway that an end used is one that its DHCP server made up. */
export function toldGateway(c: Case, v: VerdictEvent): Refined | undefined {
  for (const end of [c.from, c.to]) {
    const found = end && misled(c, v, end);
    if (found) return found;
  }
  return undefined;
}

function misled(c: Case, v: VerdictEvent, { guest, port }: End): Refined | undefined {
  for (const { address, gateway } of guest?.fixedIps ?? []) {
    const fixed = port?.fixed_ips.find((one) => one.ip_address === address);
    const subnet = c.catalog.subnets.get(fixed?.subnet_id ?? "");
    if (!guest || !subnet?.gateway_ip || gateway === subnet.gateway_ip) continue;
    const asked = c.frames.some(
      ({ packet }) => packet.arp_op === 1 && packet.arp_spa === address && packet.arp_tpa === gateway,
    );
    const stuck = gateway === undefined && v.code === "NO_ROUTE" && v.netns === `guest:${guest.name}`;
    if (!asked && !stuck) continue;
    for (const host of c.hosts.values())
      for (const server of host.dnsmasq) {
        const option = server.running && server.networkId === guest.networkId && gatewayOption(server, subnet.id);
        if (!option || (option.gateway || undefined) !== gateway) continue;
        return {
          code: "GATEWAY_MISSING",
          element: { type: "config", text: `${option.line}; the subnet's gateway is ${subnet.gateway_ip}` },
          resource: named("subnet", subnet),
          place: { host: host.name, netns: server.netns, device: server.interface ?? "lo" },
        };
      }
  }
  return undefined;
}
