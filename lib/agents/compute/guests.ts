/** The hypervisor's processes: one for each guest that runs here, which holds the guest's devices open. */
import type { HostState, Process } from "../../host/state.ts";
import type { HostView } from "../view.ts";
import { vifNames } from "./plug.ts";

type Server = HostView["servers"][number];

/** The host with a process for each of these guests, and none for those that are gone. */
export function runGuests(host: HostState, view: HostView): HostState {
  const macs = new Map(view.ports.map((port) => [port.id, port.mac]));
  const wanted = new Map(view.servers.map((server) => [server.id, commandOf(server, macs)]));
  const kept = host.processes.filter((one) => {
    const server = serverOf(one);
    return server === undefined || wanted.get(server) === one.command;
  });
  const running = new Set(kept.flatMap((one) => serverOf(one) ?? []));
  const missing = view.servers.filter((server) => !running.has(server.id) && !isHeldOtherwise(kept, server));
  if (kept.length === host.processes.length && missing.length === 0) return host;
  let pid = host.processes.reduce((highest, one) => Math.max(highest, one.pid), 0);
  const started = missing.map((server): Process => ({ pid: ++pid, command: wanted.get(server.id) ?? "" }));
  return { ...host, processes: [...kept, ...started] };
}

const BINARY = "/usr/bin/qemu-system-x86_64";

/** nova and libvirt name a guest's process by its server, and its devices by their ports. */
function commandOf({ id, portIds }: Server, macs: ReadonlyMap<string, string>): string {
  const devices = portIds.map((portId, i) => {
    const tap = `tap,id=hostnet${i},ifname=${vifNames(portId).tap},script=no`;
    return `-netdev ${tap} -device virtio-net-pci,netdev=hostnet${i},mac=${macs.get(portId) ?? ""}`;
  });
  return [BINARY, `-name guest=instance-${id.slice(0, 8)}`, `-uuid ${id}`, ...devices].join(" ");
}

function serverOf({ command }: Process): string | undefined {
  return command.startsWith(BINARY) ? /-uuid ([0-9a-f-]+)/.exec(command)?.[1] : undefined;
}

/** Another hypervisor runs it, and names one of its ports. */
function isHeldOtherwise(processes: readonly Process[], { portIds }: Server): boolean {
  return portIds.some((portId) => processes.some((one) => serverOf(one) === undefined && one.command.includes(portId)));
}
