/** What somebody made on a host by hand, and no agent looks at: devices, namespaces, ports, addresses and settings. */
import type { Command } from "../host/command/command.ts";
import type { VsctlStep } from "../host/command/ovs/vsctl-command.ts";
import { findLink, findNamespace, ROOT } from "../host/edit.ts";
import type { HostState, Link } from "../host/state.ts";
import type { Difference } from "../intent/compare.ts";

/** Takes all other devices' forwarding along, and so comes before theirs. */
const FORWARD_ALL = "net.ipv4.ip_forward";

/** In the order in which one does not stand in the other's way: what is deleted takes its addresses and routes along. */
export function unwantedRemovals(left: readonly Difference[], host: HostState): Command[] {
  const gone = left.filter((one) => one.kind === "unexpected");
  return [
    ...gone
      .filter((one) => one.part === "bridge")
      .map((one) => vsctl({ ...IF_EXISTS, kind: "del-br", bridge: one.name })),
    ...gone.flatMap(({ part, place: { bridge }, name }) =>
      part === "port" && bridge !== undefined ? [vsctl({ ...IF_EXISTS, kind: "del-port", bridge, port: name })] : [],
    ),
    ...gone
      .filter((one) => one.part === "namespace" && one.name !== ROOT)
      .map((one): Command => ({ netns: ROOT, run: { tool: "ip", action: "netns-del", name: one.name } })),
    ...gone.flatMap((one) => deviceRemoval(one, host)),
    ...gone.flatMap((one) => addressRemoval(one, host)),
    ...settings(left),
  ];
}

const IF_EXISTS = { ifExists: true } as const;

function vsctl(step: VsctlStep): Command {
  return { netns: ROOT, run: { tool: "ovs-vsctl", options: [], steps: [step] } };
}

function deviceRemoval({ part, place, name }: Difference, host: HostState): Command[] {
  const { netns = ROOT } = place;
  const ns = part === "link" ? findNamespace(host, netns) : undefined;
  const link = ns && findLink(ns, name);
  return link ? removal(netns, link) : [];
}

/** A card stays, and a switch's own device goes with its port. */
function removal(netns: string, { name, kind }: Link): Command[] {
  switch (kind) {
    case "physical":
    case "loopback":
    case "openvswitch":
      return [];
    case "bridge":
      return [
        { netns, run: { tool: "ip", action: "link-set", name, up: false } },
        { netns, run: { tool: "brctl", action: "delbr", bridge: name } },
      ];
    case "tap":
    case "tun":
      return [{ netns, run: { tool: "ip", action: "tuntap-del", name, mode: kind } }];
    default:
      return [{ netns, run: { tool: "ip", action: "link-del", name } }];
  }
}

function addressRemoval({ part, place, name }: Difference, host: HostState): Command[] {
  const { netns = ROOT, device } = place;
  if (part !== "address") return [];
  const all = findNamespace(host, netns)?.addresses ?? [];
  return all
    .filter((one) => one.dev === device && `${one.address}/${one.prefix}` === name)
    .map(({ family, dev, address, prefix }) => ({
      netns,
      run: { tool: "ip", action: "addr-del", family, dev, address, prefix },
    }));
}

/** What nobody asked for is as the kernel has it from the start: off. */
function settings(left: readonly Difference[]): Command[] {
  const own = left.filter((one) => one.part === "sysctl");
  return own
    .filter(({ name, place }) => name === FORWARD_ALL || !own.some((one) => isForwardingOf(one, place.netns)))
    .map(({ name, place: { netns = ROOT }, desired = "0" }) => ({
      netns,
      run: { tool: "sysctl", settings: [{ name, value: desired }] },
    }));
}

function isForwardingOf({ name, place }: Difference, netns: string | undefined): boolean {
  return name === FORWARD_ALL && place.netns === netns;
}
