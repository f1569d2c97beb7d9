/** What runs in a DHCP namespace, with its sockets. Source: neutron/agent/linux/external_process.py. */
import type { HostState, Listener } from "../../host/state.ts";
import type { Hand } from "../interface-driver/hand.ts";

/** Exactly these programs of the agent's, each once; one whose command line changed is started anew. */
export function setProcesses(
  hand: Hand,
  netns: string,
  commands: readonly string[],
  listeners: readonly Listener[],
): void {
  const { host } = hand;
  const kept = host.processes.filter(
    (one) => one.netns !== netns || !isOwn(one.command) || commands.includes(one.command),
  );
  const running = new Set(kept.flatMap((one) => (one.netns === netns ? [one.command] : [])));
  const missing = commands.filter((command) => !running.has(command));
  if (missing.length > 0 || kept.length < host.processes.length)
    hand.replace(started({ ...host, processes: kept }, netns, missing));

  const ns = hand.namespace(netns);
  const key = (one: Listener) => `${one.proto} ${one.address} ${one.port} ${one.dev ?? ""} ${one.process}`;
  const wanted = new Map(listeners.map((one) => [key(one), one]));
  const others = ns?.listeners.filter((one) => wanted.has(key(one)) || !isOwn(one.process ?? "")) ?? [];
  const known = new Set(others.map(key));
  const fresh = [...wanted].flatMap(([name, one]) => (known.has(name) ? [] : [one]));
  if (ns && (fresh.length > 0 || others.length < ns.listeners.length))
    hand.edit(netns, { listeners: [...others, ...fresh] });
}

export function endProcesses(hand: Hand, netns: string): void {
  const processes = hand.host.processes.filter((one) => one.netns !== netns);
  if (processes.length < hand.host.processes.length) hand.replace({ ...hand.host, processes });
}

function started(host: HostState, netns: string, commands: readonly string[]): HostState {
  const first = 1 + host.processes.reduce((highest, one) => Math.max(highest, one.pid), 0);
  return {
    ...host,
    processes: [...host.processes, ...commands.map((command, i) => ({ pid: first + i, netns, command }))],
  };
}

function isOwn(command: string): boolean {
  return /^(dnsmasq|haproxy)(\s|$)/.test(command);
}
