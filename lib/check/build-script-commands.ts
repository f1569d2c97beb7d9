/** The commands that build a host on a machine that has nothing but its cards, in the order of its script, chapter by chapter. */
import { emptyRoot } from "../agents/baseline/empty.ts";
import { generatedMac } from "../host/allocate.ts";
import type { Command, ToolCommand } from "../host/command/command.ts";
import { diff } from "../host/diff/diff.ts";
import { findNamespace, ROOT } from "../host/edit.ts";
import type { HostState, Link } from "../host/state.ts";
import { linkLocalAddress } from "../net/eui64.ts";

export interface Chapter {
  readonly title: string;
  readonly commands: readonly Command[];
}

/** Devices that the host does not make. A card of a virtual machine may be one end of a cable whose other end is out of sight. */
export function cardsOf(host: HostState): Link[] {
  const links = findNamespace(host, ROOT)?.links ?? [];
  return links.filter((one) => one.kind === "physical" || (one.kind === "veth" && one.linkName === undefined));
}

/** Programs that a script starts; the others are the machine's, its agents, and the guests, whose devices they hold open. */
const STARTED = /^(\S*\/)?(dnsmasq|haproxy|radvd)\s/;

/** What the script starts from. */
export function bareMachine(host: HostState): HostState {
  const processes = host.processes.filter((one) => !STARTED.test(one.command));
  const { name, config, ovs } = host;
  const namespaces = [emptyRoot(cardsOf(host))];
  const bare: HostState = { name, config, namespaces, dnsmasq: [], processes, gaps: [] };
  if (!ovs) return bare;
  const { version } = ovs;
  const empty = { otherConfig: {}, externalIds: {}, bridges: [], routes: [], tunnelNeighbours: [], conntrack: [] };
  return { ...bare, ovs: { ...empty, version } };
}

export function buildCommands(host: HostState): Command[] {
  // A real kernel gives devices addresses by chance, and others are told of them: the script gives them all.
  const commands = diff({ ...bareMachine(host), name: UNNAMED }, host);
  return commands.filter((command) => !isSwitchesOwn(host, command) && !isByChance(host, command));
}

/** Devices of hosts of another name get other addresses. */
const UNNAMED = "";

/** The link-local address of a device that was up before it got the address it has. */
function isByChance(host: HostState, { run }: Command): boolean {
  if (run.tool !== "ip" || !run.action.startsWith("addr-") || !("address" in run) || !("dev" in run)) return false;
  const { dev, address } = run;
  const chosen = [host.name, UNNAMED].map((name) => generatedMac(name, dev ?? ""));
  return chosen.some((mac) => linkLocalAddress(mac) === address);
}

/** The address of a bridge's own device that nothing is ever sent to; the switch would take it back. */
function isSwitchesOwn(host: HostState, { run }: Command): boolean {
  if (run.tool !== "ip" || run.action !== "link-set" || run.address === undefined) return false;
  const bridge = host.ovs?.bridges.find((one) => one.name === run.name);
  return bridge !== undefined && !findNamespace(host, ROOT)?.addresses.some((one) => one.dev === bridge.name);
}

/** In the order of the commands; one title stands for a run of them. */
export function chaptersOf(commands: readonly Command[]): Chapter[] {
  const out: { title: string; commands: Command[] }[] = [];
  for (const command of commands) {
    const title = titleOf(command);
    const last = out.at(-1);
    if (last?.title === title) last.commands.push(command);
    else out.push({ title, commands: [command] });
  }
  return out;
}

function titleOf({ run }: Command): string {
  return run.tool === "ip" ? ipTitle(run) : TITLES[run.tool];
}

const TITLES: { readonly [K in Exclude<ToolCommand["tool"], "ip">]: string } = {
  brctl: "Devices",
  bridge: "Forwarding entries of bridges",
  sysctl: "Settings of the kernel",
  "ovs-vsctl": "Bridges and ports of Open vSwitch",
  "ovs-ofctl": "Flows of Open vSwitch",
  iptables: "Firewall, NAT and security groups",
  ipset: "Addresses of security groups",
  conntrack: "Known connections",
  process: "Programs",
  file: "Files of programs",
};

function ipTitle({ action }: Extract<ToolCommand, { tool: "ip" }>): string {
  if (action.startsWith("netns")) return "Namespaces";
  if (action.startsWith("addr")) return "Addresses";
  if (action.startsWith("route")) return "Routes";
  if (action.startsWith("rule")) return "Policy rules";
  if (action.startsWith("neigh")) return "Neighbours";
  return "Devices";
}
