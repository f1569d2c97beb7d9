/** Programs that an agent starts in a namespace and watches. Source: neutron/agent/linux/external_process.py. */
import type { Listener, Process } from "../../host/state.ts";
import type { Hand } from "../interface-driver/hand.ts";

/** The program in this namespace whose command line is this one, started where it does not run. */
export function setProcess(hand: Hand, netns: string, command: string, listener?: Listener): void {
  const { host } = hand;
  if (!host.processes.some((one) => one.netns === netns && one.command === command)) {
    const pid = 1 + host.processes.reduce((highest, one) => Math.max(highest, one.pid), 0);
    hand.replace({ ...host, processes: [...host.processes, { pid, netns, command }] });
  }
  const ns = hand.namespace(netns);
  if (!listener || !ns || ns.listeners.some((one) => one.proto === listener.proto && one.port === listener.port))
    return;
  hand.edit(netns, { listeners: [...ns.listeners, listener] });
}

/** Ends those of a namespace that are chosen. */
export function endProcesses(hand: Hand, chosen: (process: Process) => boolean): void {
  const { host } = hand;
  const left = host.processes.filter((one) => !chosen(one));
  if (left.length !== host.processes.length) hand.replace({ ...host, processes: left });
}
