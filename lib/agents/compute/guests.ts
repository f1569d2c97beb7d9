/** The hypervisor's processes: one for each guest that runs here, which holds the guest's devices open. */
import { nextPid } from "../../host/command/process.ts";
import { differing } from "../../host/differing.ts";
import { ROOT } from "../../host/edit.ts";
import { followingThose } from "../../host/following.ts";
import type { HostState, Process } from "../../host/state.ts";
import type { HostView, PortView } from "../view.ts";
import { shortId } from "./devices.ts";
import { vifNames } from "./plug.ts";

type Server = HostView["servers"][number];

/** Servers that these processes were found to run. */
const settled = new WeakMap<readonly Process[], readonly Server[]>();

/** The host with a process for each of these guests, and none for those that are gone. */
export function runGuests(host: HostState, view: HostView): HostState {
  const last = settled.get(host.processes);
  const since = last && differing(last, view.servers);
  const { kept, missing } = since?.gone.length === 0 ? newcomers(host, since.come) : lookedThrough(host, view);
  if (kept.length === host.processes.length && missing.length === 0) {
    settled.set(host.processes, view.servers);
    return host;
  }
  const macs = macsOf(view.ports, new Set(missing.flatMap((server) => server.portIds)));
  let pid = nextPid(host);
  const started = missing.map((server): Process => ({ pid: pid++, netns: ROOT, command: commandOf(server, macs) }));
  const processes = [...kept, ...started];
  settled.set(processes, view.servers);
  return { ...host, processes };
}

interface Found {
  readonly kept: readonly Process[];
  readonly missing: readonly Server[];
}

/** All others run as they should. */
function newcomers({ processes }: HostState, come: readonly Server[]): Found {
  return { kept: processes, missing: come.filter((server) => !isRunOtherwise(processes, server)) };
}

function lookedThrough({ processes }: HostState, view: HostView): Found {
  const wanted = new Map(view.servers.map((server) => [server.id, server]));
  const kept = processes.filter((one) => {
    const id = serverOf(one);
    if (id === undefined) return true;
    const server = wanted.get(id);
    return server !== undefined && hasDevices(one, server);
  });
  const running = new Set(kept.flatMap((one) => serverOf(one) ?? []));
  const missing = view.servers.filter((server) => !running.has(server.id) && !isRunOtherwise(kept, server));
  return { kept, missing };
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

const servers = new WeakMap<Process, { readonly id: string | undefined }>();

function serverOf(one: Process): string | undefined {
  let found = servers.get(one);
  if (!found) {
    found = { id: one.command.startsWith(BINARY) ? /-uuid ([0-9a-f-]+)/.exec(one.command)?.[1] : undefined };
    servers.set(one, found);
  }
  return found.id;
}

/** A guest's devices may come and go while it runs; here it is started anew with them. */
function hasDevices({ command }: Process, { portIds }: Server): boolean {
  const devices = command.split("ifname=").length - 1;
  return devices === portIds.length && portIds.every((id) => command.includes(shortId(id)));
}

/** Another hypervisor runs it, and names one of its ports. */
function isRunOtherwise(processes: readonly Process[], { portIds }: Server): boolean {
  const some = [...others.of(processes)];
  return portIds.some((portId) => some.some((one) => one.command.includes(portId)));
}

/** Processes that run no guest of ours. */
const others = followingThose<Process>((one) => serverOf(one) === undefined);

function macsOf(ports: readonly PortView[], ids: ReadonlySet<string>): Map<string, string> {
  const macs = new Map<string, string>();
  for (let i = ports.length; i-- > 0 && macs.size < ids.size; ) {
    const port = ports[i];
    if (port && ids.has(port.id)) macs.set(port.id, port.mac);
  }
  return macs;
}
