/** Programs that an administrator has running before any agent did anything, with their sockets: the switch, and the agents themselves. */
import { nextPid } from "../../host/command/process.ts";
import { editNamespace, namespaceOf, ROOT } from "../../host/edit.ts";
import type { HostState, Listener, Process } from "../../host/state.ts";
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
  const commands = ["/sbin/init", ...(agents.includes("openvswitch") ? SWITCH : []), ...agents.map(commandOf)];
  return commands.map((command, i) => ({ pid: i === 0 ? 1 : 40 + i, netns: ROOT, command }));
}

function commandOf(kind: AgentKind): string {
  return `/usr/bin/python3 ${AGENTS[kind]}`;
}

export function runsAgent({ processes }: HostState, kind: AgentKind): boolean {
  const command = commandOf(kind);
  return processes.some((one) => one.command === command);
}

/** One of its agents was started, or stopped: its program runs, or does not, and its sockets are as the program. */
export function withAgent(host: HostState, kind: AgentKind, running: boolean): HostState {
  if (runsAgent(host, kind) === running) return host;
  const command = commandOf(kind);
  const others = host.processes.filter((one) => one.command !== command);
  const own = running ? [{ pid: nextPid(host), netns: ROOT, command }] : [];
  const next = { ...host, processes: [...others, ...own] };
  if (kind !== "openvswitch") return next;
  const listeners = namespaceOf(host, ROOT).listeners.filter((one) => one.process !== OPENFLOW.process);
  return editNamespace(next, ROOT, { listeners: running ? [...listeners, OPENFLOW] : listeners });
}

/** Where bridges speak OpenFlow with the agent. */
const OPENFLOW: Listener = { proto: "tcp", address: "127.0.0.1", port: 6633, process: "neutron-openvsw" };

/** Through the first, the agent speaks OVSDB. neutron/conf/plugins/ml2/drivers/ovs_conf.py */
export function listenersOf({ agents }: HostSettings): Listener[] {
  if (!agents.includes("openvswitch")) return [];
  return [{ proto: "tcp", address: "127.0.0.1", port: 6640, process: "ovsdb-server" }, OPENFLOW];
}
