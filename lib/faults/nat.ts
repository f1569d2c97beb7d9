/** Faults on the way out of the cloud, and of floating IPs. */
import type { FaultKind, FaultPlace } from "./kind.ts";
import type { Scene, Way } from "./scene.ts";

/** Where the request leaves for the external network: the namespace with the qg- port. */
function gatewayOf(way: Way): { host: string; netns: string; device: string } | undefined {
  return way.request.findLast((frame) => frame.device.startsWith("qg-") && frame.dir === "out");
}

function outward(
  kind: string,
  title: string,
  code: FaultKind["code"],
  place: (at: { host: string; netns: string; device: string }, way: Way) => { line: string; names: string } | undefined,
  to?: string,
): FaultKind {
  return {
    kind,
    title,
    code,
    *places(scene) {
      const done = new Set<string>();
      for (const way of scene.outward()) {
        const at = gatewayOf(way);
        const found = at && place(at, way);
        if (!at || !found || done.has(at.netns)) continue;
        done.add(at.netns);
        const lines = [{ host: at.host, line: found.line }];
        yield {
          label: `${at.netns.slice(0, 16)} on ${at.host}`,
          lines,
          trace: to === undefined ? way.query : { ...way.query, to },
          names: found.names,
        };
      }
    },
  };
}

function floating(
  kind: string,
  title: string,
  code: FaultKind["code"],
  place: (way: Way & { address: string }, scene: Scene) => Pick<FaultPlace, "lines" | "names"> | undefined,
): FaultKind {
  return {
    kind,
    title,
    code,
    *places(scene) {
      for (const way of scene.toFloating()) {
        const found = place(way, scene);
        if (found) yield { label: `${way.address} of ${way.to.name}`, trace: way.query, ...found };
      }
    },
  };
}

/** The namespace that has the floating IP: the router's own (qg-), or with DVR the fip one of the guest's host. */
const crossed = (way: Way, prefix: string, dir: "in" | "out") =>
  way.request.findLast((frame) => frame.device.startsWith(prefix) && frame.dir === dir);

/** Not on link anywhere: what only a default route leads to. RFC 5737. */
const BEYOND = "198.51.100.7";

export const NAT_FAULTS: readonly FaultKind[] = [
  outward(
    "default-route-missing",
    "The router has no default route.",
    "GATEWAY_MISSING",
    (at) => ({
      line: `ip netns exec ${at.netns} ip route del default`,
      names: "default route",
    }),
    BEYOND,
  ),
  outward(
    "wrong-default-gateway",
    "The router's default route leads to an address that nobody has.",
    "GATEWAY_MISSING",
    (at, way) => {
      const nobody = way.query.to?.replace(/\d+$/, "253");
      return {
        line: `ip netns exec ${at.netns} ip route replace default via ${nobody} dev ${at.device}`,
        names: `default via ${nobody}`,
      };
    },
    BEYOND,
  ),
  outward("snat-missing", "The router's rules for source NAT are gone.", "NAT_MISSING", (at) => ({
    line: `ip netns exec ${at.netns} iptables -t nat -F neutron-l3-agent-snat`,
    names: "SNAT",
  })),
  outward("gateway-port-down", "The router's gateway port is set down.", "LINK_DOWN", (at) => ({
    line: `ip netns exec ${at.netns} ip link set ${at.device} down`,
    names: at.device,
  })),
  outward("external-nic-down", "The NIC of the external network is set down.", "LINK_DOWN", (at, way) => {
    const nic = way.request.findLast((one) => one.host === at.host && one.netns === "root" && one.dir === "out");
    return nic && { line: `ip link set ${nic.device} down`, names: nic.device };
  }),
  floating(
    "dnat-missing",
    "The router's rules for the floating IP's destination NAT are gone.",
    "NAT_MISSING",
    (way) => {
      const at = crossed(way, "rfp-", "in") ?? crossed(way, "qg-", "in") ?? crossed(way, "qr-", "in");
      const line = `ip netns exec ${at?.netns} iptables -t nat -F neutron-l3-agent-PREROUTING`;
      return at && { lines: [{ host: at.host, line }], names: "DNAT" };
    },
  ),
  floating(
    "floating-ip-route-missing",
    "The fip namespace has no route to the floating IP.",
    "FLOATING_IP_NOT_CONFIGURED",
    (way) => {
      const at = crossed(way, "fg-", "in");
      const line = `ip netns exec ${at?.netns} ip route del ${way.address}`;
      return at && { lines: [{ host: at.host, line }], names: way.address };
    },
  ),
  floating(
    "floating-proxy-arp-off",
    "The fip namespace does not answer ARP for floating IPs.",
    "FLOATING_IP_NOT_CONFIGURED",
    (way, scene) => {
      const at = crossed(way, "fg-", "in");
      const line = `ip netns exec ${at?.netns} sysctl -w net.ipv4.conf.${at?.device}.proxy_arp=0`;
      return at && { lines: [{ host: at.host, line }, ...forget(way, scene)], names: "proxy_arp = 0" };
    },
  ),
];

/** Who knows the floating IP's MAC still does not ask for it: it is forgotten, as it would be by itself after a while. */
function forget({ address, ...way }: Way & { address: string }, scene: Scene): FaultPlace["lines"] {
  const asks = crossed(way, "qg-", "out");
  const ns = asks && scene.host(asks.host).namespaces.find((one) => one.name === asks.netns);
  const known = ns?.neighbours.find((one) => one.address === address);
  if (!asks || !known) return [];
  return [{ host: asks.host, line: `ip netns exec ${asks.netns} ip neigh del ${address} dev ${known.dev}` }];
}
