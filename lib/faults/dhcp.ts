/** Faults of DHCP servers. */
import type { Guest } from "../host/world.ts";
import type { FaultKind, FaultPlace } from "./kind.ts";
import { run, type Scene, type Way } from "./scene.ts";

interface Server {
  readonly host: string;
  readonly netns: string;
  readonly device: string;
  readonly pid: number;
  readonly guest: Guest;
}

/** Makes the servers of senders' networks tell another gateway. The file is written anew, as its agent does. */
function gateway(kind: string, title: string, pick: (way: Way, scene: Scene) => string | undefined): FaultKind {
  return {
    kind,
    title,
    code: "GATEWAY_MISSING",
    *places(scene): Generator<FaultPlace> {
      const done = new Set<string>();
      for (const way of scene.routed()) {
        const { networkId, fixedIps } = way.from;
        const [right, wrong] = [fixedIps[0]?.gateway, pick(way, scene)];
        const host = scene.cloud.world.hosts.find((one) =>
          one.dnsmasq.some((d) => d.networkId === networkId && d.running),
        );
        const server = host?.dnsmasq.find((one) => one.networkId === networkId);
        const pid = host?.processes.find((one) => one.netns === server?.netns && one.command.includes("dnsmasq"))?.pid;
        if (!host || !server || right === undefined || wrong === undefined || done.has(networkId)) continue;
        done.add(networkId);
        const wrongly = (line: string) =>
          line
            .replace(`option:router,${right}`, `option:router,${wrong}`)
            .replace(`0.0.0.0/0,${right}`, `0.0.0.0/0,${wrong}`);
        const options = server.options.map((one) => `${wrongly(one.line)}\n`).join("");
        const lines = [
          `cat > /var/lib/neutron/dhcp/${networkId}/opts <<'EOF'\n${options}EOF`,
          ...(pid === undefined ? [] : [`kill -HUP ${pid}`]),
        ];
        yield {
          label: `${server.netns.slice(0, 14)} on ${host.name}, for ${way.from.name}`,
          lines: lines.map((line) => ({ host: host.name, line })),
          trace: way.query,
          names: wrong,
        };
      }
    },
  };
}

/** The server of each network, with a guest that gets its address there. */
function* servers(scene: Scene): Generator<Server> {
  for (const host of scene.cloud.world.hosts)
    for (const dnsmasq of host.dnsmasq) {
      const guest = scene.guests.find((one) => one.networkId === dnsmasq.networkId);
      const process = host.processes.find((one) => one.netns === dnsmasq.netns && one.command.includes("dnsmasq"));
      if (!guest || !dnsmasq.interface || !process) continue;
      if (run(scene.cloud, { from: guest.portId, proto: "dhcp" }).verdict.outcome !== "delivered") continue;
      yield { host: host.name, netns: dnsmasq.netns, device: dnsmasq.interface, pid: process.pid, guest };
    }
}

function atServer(
  kind: string,
  title: string,
  code: FaultKind["code"],
  place: (server: Server) => { line: string; names: string },
): FaultKind {
  return {
    kind,
    title,
    code,
    *places(scene): Generator<FaultPlace> {
      for (const server of servers(scene)) {
        const { line, names } = place(server);
        yield {
          label: `${server.netns.slice(0, 14)} on ${server.host}`,
          lines: [{ host: server.host, line }],
          trace: { from: server.guest.portId, proto: "dhcp" },
          names,
        };
      }
    },
  };
}

export const DHCP_FAULTS: readonly FaultKind[] = [
  atServer("dnsmasq-stopped", "The network's dnsmasq does not run.", "DHCP_NO_SERVER", ({ netns, pid }) => ({
    line: `ip netns exec ${netns} kill -9 ${pid}`,
    names: "dnsmasq",
  })),
  atServer("dhcp-port-down", "The DHCP server's port is set down.", "LINK_DOWN", ({ netns, device }) => ({
    line: `ip netns exec ${netns} ip link set ${device} down`,
    names: device,
  })),
  gateway("dhcp-gateway-of-nobody", "The DHCP server tells guests a gateway that nobody has.", ({ from }) =>
    from.fixedIps[0]?.address.replace(/\d+$/, "253"),
  ),
  gateway(
    "dhcp-gateway-of-another",
    "The DHCP server tells guests the address of another instance as their gateway.",
    ({ from }, scene) =>
      scene.guests.find((one) => one.networkId === from.networkId && one !== from)?.fixedIps[0]?.address,
  ),
  atServer("dhcp-port-dead-vlan", "The DHCP server's port is in the dead VLAN.", "DEAD_VLAN", ({ device }) => ({
    line: `ovs-vsctl set Port ${device} tag=4095`,
    names: device,
  })),
];
