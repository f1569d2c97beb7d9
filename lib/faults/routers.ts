/** Faults of routers: their namespaces, interfaces, routes and filters. */
import { networkBase, parseCidr } from "../net/address.ts";
import type { FaultKind, FaultPlace } from "./kind.ts";
import type { Scene, Way } from "./scene.ts";

type Target = Way & { readonly to: NonNullable<Way["to"]> };

/** Where the request comes out of its last router, towards the target's network. */
interface Crossing {
  readonly host: string;
  readonly netns: string;
  /** qr-… */
  readonly out: string;
  readonly into: string;
}

function crossing(way: Way): Crossing | undefined {
  const inside = way.request.filter((frame) => frame.netns.startsWith("qrouter-"));
  const into = inside.find((frame) => frame.dir === "in");
  const out = inside.findLast((frame) => frame.dir === "out" && frame.device.startsWith("qr-"));
  return into && out ? { host: out.host, netns: out.netns, out: out.device, into: into.device } : undefined;
}

function atRouter(
  kind: string,
  title: string,
  code: FaultKind["code"],
  place: (at: Crossing, way: Target, scene: Scene) => { lines: readonly string[]; names: string } | undefined,
  { trace = {}, straight = false }: { trace?: Partial<FaultPlace["trace"]>; straight?: boolean } = {},
): FaultKind {
  return {
    kind,
    title,
    code,
    *places(scene) {
      for (const way of straight ? scene.routedStraight() : scene.routed()) {
        const at = crossing(way);
        const found = at && place(at, way, scene);
        if (!at || !found) continue;
        const lines = found.lines.map((line) => ({ host: at.host, line }));
        yield {
          label: `${at.netns.slice(0, 16)} on ${at.host}, to ${way.to.name}`,
          lines,
          trace: { ...way.query, ...trace },
          names: found.names,
        };
      }
    },
  };
}

const inside = ({ netns }: { netns: string }, line: string) => `ip netns exec ${netns} ${line}`;

/** The target's subnet as the router has it on link. */
function subnetOf(way: Target): string | undefined {
  const first = way.to.fixedIps[0];
  const cidr = first && parseCidr(`${first.address}/${first.prefix}`);
  return cidr && `${networkBase(cidr)}/${cidr.prefix}`;
}

export const ROUTER_FAULTS: readonly FaultKind[] = [
  atRouter("forwarding-off", "The router's namespace does not forward.", "FORWARDING_OFF", (at) => ({
    lines: [inside(at, "sysctl -w net.ipv4.ip_forward=0")],
    names: "forwarding = 0",
  })),
  atRouter(
    "router-interface-down",
    "The router's interface to the target's network is set down.",
    "LINK_DOWN",
    (at) => ({
      lines: [inside(at, `ip link set ${at.out} down`)],
      names: at.out,
    }),
    { straight: true },
  ),
  atRouter(
    "router-interface-mtu",
    "The router's interface takes smaller packets than the network.",
    "MTU_EXCEEDED",
    (at) => ({ lines: [inside(at, `ip link set ${at.out} mtu 1000`)], names: "mtu 1000" }),
    { trace: { size: 1300, df: true } },
  ),
  atRouter(
    "connected-route-missing",
    "The router's route to the target's subnet is deleted.",
    "NO_ROUTE",
    (at, way) => {
      const subnet = subnetOf(way);
      return subnet === undefined ? undefined : { lines: [inside(at, `ip route del ${subnet}`)], names: subnet };
    },
    { straight: true },
  ),
  atRouter("blackhole-route", "The router throws away what is sent to the target.", "NO_ROUTE", (at, way) => {
    const address = way.to.fixedIps[0]?.address;
    const line = inside(at, `ip route add blackhole ${address}/32`);
    return address === undefined ? undefined : { lines: [line], names: "blackhole" };
  }),
  atRouter(
    "rp-filter",
    "The router takes packets strictly by their way back, and that leads by another interface.",
    "RP_FILTER",
    (at, way) => {
      const address = way.from.fixedIps[0]?.address;
      const lines = [`ip route add ${address}/32 dev ${at.out}`, `sysctl -w net.ipv4.conf.${at.into}.rp_filter=1`];
      return address === undefined || at.into === at.out
        ? undefined
        : { lines: lines.map((line) => inside(at, line)), names: `${at.into}.rp_filter = 1` };
    },
  ),
  atRouter(
    "gateway-address-missing",
    "The router's interface on the sender's network does not have the address of the gateway.",
    "ROUTER_INTERFACE_MISSING",
    (at, way) => {
      const first = way.from.fixedIps[0];
      const line = inside(at, `ip addr del ${first?.gateway}/${first?.prefix} dev ${at.into}`);
      return first?.gateway === undefined ? undefined : { lines: [line], names: first.gateway };
    },
  ),
  atRouter("router-forward-drop", "A rule in the router's FORWARD chain drops ICMP.", "FIREWALL_DENIED", (at) => ({
    lines: [inside(at, "iptables -I FORWARD 1 -p icmp -j DROP")],
    names: "-A FORWARD",
  })),
  atRouter(
    "wrong-neighbour",
    "The router has a permanent neighbour entry with a MAC that nobody has.",
    "FDB_STALE",
    (at, way) => {
      const address = way.to.fixedIps[0]?.address;
      const line = inside(at, `ip neigh replace ${address} lladdr 02:aa:bb:cc:dd:ee dev ${at.out} nud permanent`);
      return address === undefined ? undefined : { lines: [line], names: "02:aa:bb:cc:dd:ee" };
    },
  ),
  atRouter(
    "router-port-unplugged",
    "The router's port is deleted from br-int.",
    "ROUTER_INTERFACE_MISSING",
    (at) => ({ lines: [`ovs-vsctl del-port br-int ${at.out}`], names: at.out }),
    { straight: true },
  ),
  atRouter("router-namespace-missing", "The router's namespace is gone.", "NAMESPACE_MISSING", (at) => ({
    lines: [`ip netns delete ${at.netns}`],
    names: at.netns,
  })),
];
