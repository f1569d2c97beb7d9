/** Programs that an administrator has running before any agent did anything, with their sockets: the switch, and the agents themselves. */
import { ROOT } from "../../host/edit.ts";
import type { Listener, Process } from "../../host/state.ts";
import type { AgentKind, HostSettings } from "../view.ts";

const SWITCH = ["ovsdb-server /etc/openvswitch/conf.db --pidfile --detach", "ovs-vswitchd --pidfile --detach"];

const AGENTS: Readonly<Record<AgentKind, string>> = {
  compute: "/usr/bin/nova-compute --config-file /etc/nova/nova.conf",
  openvswitch: agent("openvswitch", "plugins/ml2/openvswitch_agent.ini"),
  linuxbridge: agent("linuxbridge", "plugins/ml2/linuxbridge_agent.ini"),
  l3: agent("l3", "l3_agent.ini"),
  dhcp: agent("dhcp", "dhcp_agent.ini"),
  metadata: agent("metadata", "metadata_agent.ini"),
};

function agent(name: string, file: string): string {
  const files = ["neutron.conf", file].map((one) => `--config-file /etc/neutron/${one}`);
  return `/usr/bin/neutron-${name}-agent ${files.join(" ")}`;
}

export function processesOf({ agents }: HostSettings): Process[] {
  const commands = [
    "/sbin/init",
    ...(agents.includes("openvswitch") ? SWITCH : []),
    ...agents.map((kind) => `/usr/bin/python3 ${AGENTS[kind]}`),
  ];
  return commands.map((command, i) => ({ pid: i === 0 ? 1 : 40 + i, netns: ROOT, command }));
}

/** Through the first, the agent speaks OVSDB; on the second, bridges speak OpenFlow with it. neutron/conf/plugins/ml2/drivers/ovs_conf.py */
export function listenersOf({ agents }: HostSettings): Listener[] {
  if (!agents.includes("openvswitch")) return [];
  return [
    { proto: "tcp", address: "127.0.0.1", port: 6640, process: "ovsdb-server" },
    { proto: "tcp", address: "127.0.0.1", port: 6633, process: "neutron-openvsw" },
  ];
}
