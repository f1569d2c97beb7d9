/** What a simulated host and a real kernel can be compared by. */
import { generatedMac } from "../allocate.ts";
import type { Command } from "../command/command.ts";
import type { HostState, Namespace } from "../state.ts";

/** The kernel gives random addresses: both are told which. A bridge keeps to its ports' only where nobody tells it. */
export function withMacs(host: string, commands: readonly Command[]): Command[] {
  return commands.map((command) => {
    const { run } = command;
    if (run.tool !== "ip" || run.action !== "link-add") return command;
    const address = generatedMac(host, run.name);
    if (run.device.kind !== "veth") return { ...command, run: { ...run, address } };
    const peerAddress = generatedMac(host, run.device.peer ?? "");
    return { ...command, run: { ...run, address, device: { ...run.device, peerAddress } } };
  });
}

/** Without what only chance decides, and without what a simulated host does not keep. */
export function onlyWhatShows(host: HostState): HostState {
  return { ...host, namespaces: host.namespaces.map(shown) };
}

function shown(ns: Namespace): Namespace {
  const chance = new Set(ns.links.flatMap((l) => (l.kind === "bridge" || l.kind === "tap" ? [l.name] : [])));
  const own = (e: { dev?: string; family: 4 | 6 }) => e.family === 6 && chance.has(e.dev ?? "");
  const ports = new Set(ns.links.map((l) => l.master));
  return {
    ...ns,
    links: ns.links.map((l) => {
      const mac = chance.has(l.name) && !ports.has(l.name) ? "" : l.mac;
      const { tunnel, bridge, altnames: _, stats: __, linkNetnsId: ___, ...rest } = l;
      const { nfCallIptables: ____, ...options } = bridge ?? {};
      return {
        ...rest,
        altnames: [],
        mac,
        ...(tunnel && { tunnel }),
        ...(bridge && { bridge: options as typeof bridge }),
      };
    }),
    addresses: ns.addresses.filter((a) => !own(a) || a.scope !== "link"),
    routes: ns.routes.filter((r) => !(own(r) && r.dst.startsWith("fe80:") && r.type !== "unicast")),
    neighbours: ns.neighbours.filter((n) => n.state.includes("PERMANENT")),
    fdb: ns.fdb.filter((e) => e.dst !== undefined),
    sysctls: {},
  };
}
