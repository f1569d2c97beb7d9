/** Faults of DHCP servers. */
import type { Guest } from "../host/world.ts";
import type { FaultKind, FaultPlace } from "./kind.ts";
import { run, type Scene } from "./scene.ts";

interface Server {
  readonly host: string;
  readonly netns: string;
  readonly device: string;
  readonly pid: number;
  readonly guest: Guest;
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
  atServer("dhcp-port-dead-vlan", "The DHCP server's port is in the dead VLAN.", "DEAD_VLAN", ({ device }) => ({
    line: `ovs-vsctl set Port ${device} tag=4095`,
    names: device,
  })),
];
